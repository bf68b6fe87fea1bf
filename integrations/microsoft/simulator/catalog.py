"""The SKUs and service plans the simulated tenants buy: real identifiers, a few plans for each SKU."""

from dataclasses import dataclass

USER = "User"
COMPANY = "Company"


@dataclass(frozen=True, slots=True)
class ServicePlan:
    id: str
    name: str
    applies_to: str


@dataclass(frozen=True, slots=True)
class Sku:
    id: str
    part_number: str
    plans: tuple[ServicePlan, ...]
    applies_to: str = USER
    free_units: int | None = None


_PLAN_IDS = {
    "AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "AAD_PREMIUM_P2": "eec0eb4f-6444-4f95-aba0-50c24d67f998",
    "ADALLOM_S_DISCOVERY": "932ad362-64a8-4783-9106-97849a1a30b9",
    "ATP_ENTERPRISE": "f20fedf3-f3c3-43c3-8267-2bfdd51c0939",
    "BI_AZURE_P0": "2049e525-b859-401b-b2a0-e0a31c4b1fe4",
    "BI_AZURE_P2": "70d33638-9c74-4d01-bfd3-562de28bd4ba",
    "CCIBOTS_PRIVPREV_VIRAL": "ce312d15-8fdf-44c0-9974-a25a177125ee",
    "CPC_2": "3efff3fe-528a-4fc5-b1ba-845802cc764f",
    "DYN365_CDS_VIRAL": "17ab22cd-a0b3-4536-910a-cb6eb12696c0",
    "DYN365_ENTERPRISE_SALES": "2da8e897-7791-486b-b08f-cc63c8129df7",
    "EXCHANGE_S_ARCHIVE_ADDON": "176a09a6-7ec5-4039-ac02-b2791c6ba793",
    "EXCHANGE_S_DESKLESS": "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    "EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "EXCHANGE_S_FOUNDATION": "113feb6c-3fe4-4440-bddc-54d774bf0318",
    "EXCHANGE_S_STANDARD": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "FLOW_P2_VIRAL": "50e68c76-46c6-4674-81f9-75456511b170",
    "FLOW_PER_USER": "c5002c70-f725-4367-b409-f0eff4fee6c0",
    "INTUNE_A": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "INTUNE_O365": "882e1d05-acd1-4ccb-8708-6ee03664b117",
    "M365_COPILOT_APPS": "a62f8878-de10-42f3-b68f-6149a25ceb97",
    "M365_COPILOT_TEAMS": "b95945de-b3bd-46db-8437-f2beb6ea2347",
    "MCOEV": "4828c8ec-dc2e-4779-b502-87ac9ce28ab7",
    "MCOEV_VIRTUALUSER": "f47330e9-c134-43b3-9993-e7f004506889",
    "MCOMEETADV": "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40",
    "MCOPSTN1": "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8",
    "MCOPSTNC": "505e180f-f7e0-4b65-91d4-00d670bbd18c",
    "MCOSTANDARD": "0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
    "MCO_TEAMS_IW": "42a3ec34-28ba-46b6-992f-db53a675ac5b",
    "MDE_SMB": "bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4",
    "MFA_PREMIUM": "8a256a2b-b617-496d-b51b-e76466e88db0",
    "MICROSOFT STREAM": "acffdce6-c30f-4dc2-81c0-372e33c515ec",
    "OFFICEMOBILE_SUBSCRIPTION": "c63d4d19-e8cb-460e-b37c-4d6c34603745",
    "OFFICESUBSCRIPTION": "43de0ff5-c92c-492b-9116-175376d08c38",
    "OFFICE_BUSINESS": "094e7854-93fc-4d55-b2c0-3ab5369ebdc1",
    "ONEDRIVE_BASIC": "da792a53-cbc0-4184-a10d-e544dd34b3c1",
    "ONEDRIVESTANDARD": "13696edf-5a08-49f6-8134-03083ed8ba30",
    "POWERAPPS_DEV_VIRAL": "a2729df7-25f8-4e63-984b-8a8484121554",
    "POWERAPPS_P2_VIRAL": "d5368ca3-357e-4acb-9c21-8495fb025d1f",
    "PROJECT_CLIENT_SUBSCRIPTION": "fafd7243-e5c1-4a3a-9e40-495efcb1d3c3",
    "PROJECT_P1": "4a12c688-56c6-461a-87b1-30d6f32136f9",
    "PROJECT_PROFESSIONAL": "818523f5-016b-4355-9be8-ed6944946ea7",
    "PURVIEW_DISCOVERY": "c948ea65-2053-4a5a-8a62-9eaaaf11b522",
    "RMS_S_ADHOC": "7a39d7dd-e456-4e09-842a-0204ee08187b",
    "RMS_S_ENTERPRISE": "bea4c11e-220a-4e6d-8eb8-8ea15d019f90",
    "SHAREPOINTDESKLESS": "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",
    "SHAREPOINTENTERPRISE": "5dbe027f-2339-4123-9542-606e4d348a72",
    "SHAREPOINTSTANDARD": "c7699d2e-19aa-44de-8edf-1736da088ca1",
    "SHAREPOINTSTORAGE": "be5a7ed5-c598-4fcd-a061-5e6724c68a58",
    "SHAREPOINTWAC": "e95bec33-7c88-4a70-8e19-b10bd9d0c014",
    "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929",
    "TEAMSPRO_MGMT": "0504111f-feb8-4a3c-992a-70280f9a2869",
    "THREAT_INTELLIGENCE": "8e0c0a52-6a6c-4d40-8370-dd62790dcd70",
    "VISIOONLINE": "2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f",
    "VISIO_CLIENT_SUBSCRIPTION": "663a804f-1c30-4ff0-9915-9db84f0d1cea",
    "WINDEFATP": "871d91ec-ec1a-452b-a83f-bd76c7d770ef",
    "WINDOWS_STORE": "a420f25f-a7b3-4ff5-a9d0-5d58f73b537d",
    "WIN10_PRO_ENT_SUB": "21b439ba-a0ca-424f-a6cc-52f954a5b111",
}

# Plans that are switched on for the whole directory rather than for one person.
_DIRECTORY_WIDE = {
    "EXCHANGE_S_FOUNDATION",
    "MCOPSTNC",
    "PURVIEW_DISCOVERY",
    "SHAREPOINTSTORAGE",
    "WINDOWS_STORE",
}


def _sku(
    guid: str, part_number: str, plans: str, *, applies_to: str = USER, free_units: int | None = None
) -> Sku:
    return Sku(guid, part_number, tuple(map(_plan, plans.split(", "))), applies_to, free_units)


def _plan(name: str) -> ServicePlan:
    return ServicePlan(_PLAN_IDS[name], name, COMPANY if name in _DIRECTORY_WIDE else USER)


_BUSINESS = "EXCHANGE_S_STANDARD, TEAMS1, SHAREPOINTSTANDARD, SHAREPOINTWAC, MCOSTANDARD"
_ENTERPRISE = "EXCHANGE_S_ENTERPRISE, TEAMS1, SHAREPOINTENTERPRISE, SHAREPOINTWAC, OFFICESUBSCRIPTION"
_FRONTLINE = "EXCHANGE_S_DESKLESS, TEAMS1, SHAREPOINTDESKLESS, SHAREPOINTWAC, OFFICEMOBILE_SUBSCRIPTION"
_ENTRA = "EXCHANGE_S_FOUNDATION, AAD_PREMIUM, MFA_PREMIUM, ADALLOM_S_DISCOVERY"
_VIRAL = "EXCHANGE_S_FOUNDATION, DYN365_CDS_VIRAL, FLOW_P2_VIRAL"

SKUS = (
    _sku(
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        "SPE_E3",
        f"{_ENTERPRISE}, AAD_PREMIUM, INTUNE_A, WIN10_PRO_ENT_SUB",
    ),
    _sku(
        "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
        "SPE_E5",
        f"{_ENTERPRISE}, AAD_PREMIUM, AAD_PREMIUM_P2, INTUNE_A, MCOEV, WINDEFATP",
    ),
    _sku("66b55226-6b4f-492c-910c-a3b7a3c9d993", "SPE_F1", f"{_FRONTLINE}, AAD_PREMIUM, INTUNE_A"),
    _sku("6fd2c87f-b296-42f0-b197-1e91e994b900", "ENTERPRISEPACK", _ENTERPRISE),
    _sku(
        "c7df2760-2c81-4ef7-b578-5b5392b571df",
        "ENTERPRISEPREMIUM",
        f"{_ENTERPRISE}, MCOEV, THREAT_INTELLIGENCE",
    ),
    _sku("18181a46-0d4e-45cd-891e-60aabd171b4e", "STANDARDPACK", f"{_BUSINESS}, INTUNE_O365"),
    _sku("4b585984-651b-448a-9e53-3b10f069cf7f", "DESKLESSPACK", _FRONTLINE),
    _sku(
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "SPB",
        f"EXCHANGE_S_FOUNDATION, {_BUSINESS}, OFFICE_BUSINESS, AAD_PREMIUM, INTUNE_A",
    ),
    _sku("f245ecc8-75af-4f8e-b61f-27d8114de5f3", "O365_BUSINESS_PREMIUM", f"{_BUSINESS}, OFFICE_BUSINESS"),
    _sku(
        "3b555118-da6a-4418-894f-7df1e2096870",
        "O365_BUSINESS_ESSENTIALS",
        f"{_BUSINESS}, OFFICEMOBILE_SUBSCRIPTION",
    ),
    _sku(
        "cdd28e44-67e3-425e-be4c-737fab2899d3",
        "O365_BUSINESS",
        "OFFICE_BUSINESS, ONEDRIVESTANDARD, SHAREPOINTWAC",
    ),
    _sku("4b9405b0-7788-4568-add1-99614e613b69", "EXCHANGESTANDARD", "EXCHANGE_S_STANDARD, INTUNE_O365"),
    _sku("19ec0d23-8335-4cbd-94ac-6050e30712fa", "EXCHANGEENTERPRISE", "EXCHANGE_S_ENTERPRISE"),
    _sku("80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82", "EXCHANGEDESKLESS", "EXCHANGE_S_DESKLESS"),
    _sku("ee02fd1b-340e-4a4b-b355-4a514e4c8943", "EXCHANGEARCHIVE_ADDON", "EXCHANGE_S_ARCHIVE_ADDON"),
    _sku("078d2b04-f1bd-4111-bbd4-b4b1b354cef4", "AAD_PREMIUM", _ENTRA),
    _sku("84a661c4-e949-4bd2-a560-ed7766fcaf2b", "AAD_PREMIUM_P2", f"{_ENTRA}, AAD_PREMIUM_P2"),
    _sku("efccb6f7-5641-4e0e-bd10-b4976e1bf68e", "EMS", f"{_ENTRA}, INTUNE_A, RMS_S_ENTERPRISE"),
    _sku("061f9ace-7d42-4136-88ac-31dc755f143f", "INTUNE_A", "INTUNE_A"),
    _sku(
        "639dec6b-bb19-468b-871c-c5c441c4b0cb",
        "Microsoft_365_Copilot",
        "M365_COPILOT_APPS, M365_COPILOT_TEAMS",
    ),
    _sku("36a0f3b3-adb5-49ea-bf66-762134cf063a", "Microsoft_Teams_Premium", "TEAMSPRO_MGMT"),
    _sku("e43b5b99-8dfb-405f-9987-dc307f34bcbd", "MCOEV", "MCOEV"),
    _sku("0c266dff-15dd-4b49-8397-2bb16070ed52", "MCOMEETADV", "MCOMEETADV"),
    _sku("0dab259f-bf13-4952-b7f8-7db8f131b28d", "MCOPSTN1", "MCOPSTN1"),
    _sku("f8a1db68-be16-40ed-86d5-cb42ce701560", "POWER_BI_PRO", "EXCHANGE_S_FOUNDATION, BI_AZURE_P2"),
    _sku("4a51bf65-409c-4a91-b845-1121b571cc9d", "FLOW_PER_USER", "EXCHANGE_S_FOUNDATION, FLOW_PER_USER"),
    _sku(
        "c5928f49-12ba-48f7-ada3-0d743a3601d5",
        "VISIOCLIENT",
        "EXCHANGE_S_FOUNDATION, VISIOONLINE, VISIO_CLIENT_SUBSCRIPTION",
    ),
    _sku(
        "ca7f3140-d88c-455b-9a1c-7f0679e31a76",
        "VISIO_PLAN1_DEPT",
        "EXCHANGE_S_FOUNDATION, VISIOONLINE, ONEDRIVE_BASIC",
    ),
    _sku(
        "53818b1b-4a27-454b-8896-0dba576410e6",
        "PROJECTPROFESSIONAL",
        "PROJECT_PROFESSIONAL, PROJECT_CLIENT_SUBSCRIPTION, SHAREPOINTWAC",
    ),
    _sku(
        "beb6439c-caad-48d3-bf46-0c82871e12be",
        "PROJECT_P1",
        "EXCHANGE_S_FOUNDATION, PROJECT_P1, SHAREPOINTSTANDARD",
    ),
    _sku("4ef96642-f096-40de-a3e9-d83fb2f90211", "ATP_ENTERPRISE", "ATP_ENTERPRISE"),
    _sku("5e1e7702-a2b7-4360-8d07-2f515792896f", "MDE_SMB", "MDE_SMB"),
    _sku("cb10e6cd-9da4-4992-867b-67546b1db821", "WIN10_PRO_ENT_SUB", "WIN10_PRO_ENT_SUB"),
    _sku(
        "1e1a282c-9c54-43a2-9310-98ef728faace",
        "DYN365_ENTERPRISE_SALES",
        "DYN365_ENTERPRISE_SALES, SHAREPOINTENTERPRISE, SHAREPOINTWAC",
    ),
    _sku("e2aebe6c-897d-480f-9d62-fff1381581f7", "CPC_E_2C_8GB_128GB", "EXCHANGE_S_FOUNDATION, CPC_2"),
    _sku("f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE", _VIRAL, free_units=10_000),
    _sku(
        "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",
        "POWER_BI_STANDARD",
        "EXCHANGE_S_FOUNDATION, BI_AZURE_P0, PURVIEW_DISCOVERY",
        free_units=1_000_000,
    ),
    _sku(
        "1f2f344a-700d-42c9-9427-5cea1d5d7ba6",
        "STREAM",
        "EXCHANGE_S_FOUNDATION, MICROSOFT STREAM",
        free_units=1_000_000,
    ),
    _sku(
        "dcb1a3ae-b33f-4487-846a-a640262fadf4",
        "POWERAPPS_VIRAL",
        f"{_VIRAL}, POWERAPPS_P2_VIRAL",
        free_units=10_000,
    ),
    _sku(
        "5b631642-bd26-49fe-bd20-1daaa972ef80",
        "POWERAPPS_DEV",
        "EXCHANGE_S_FOUNDATION, POWERAPPS_DEV_VIRAL",
        free_units=10_000,
    ),
    _sku(
        "606b54a9-78d8-4298-ad8b-df6ef4481c80",
        "CCIBOTS_PRIVPREV_VIRAL",
        "CCIBOTS_PRIVPREV_VIRAL",
        free_units=10_000,
    ),
    _sku(
        "8c4ce438-32a7-4ac5-91a6-e22ae08d9c8b",
        "RIGHTSMANAGEMENT_ADHOC",
        "EXCHANGE_S_FOUNDATION, RMS_S_ADHOC",
        free_units=50_000,
    ),
    _sku(
        "710779e8-3d4a-4c88-adb9-386c958d1fdf",
        "TEAMS_EXPLORATORY",
        f"{_BUSINESS}, MCO_TEAMS_IW",
        free_units=100,
    ),
    _sku(
        "440eaaa8-b3e0-484b-a8be-62870b9ba70a", "PHONESYSTEM_VIRTUALUSER", "MCOEV_VIRTUALUSER", free_units=25
    ),
    _sku("47794cd0-f0e5-45c5-9033-2eb6b5fc84e0", "MCOPSTNC", "MCOPSTNC", free_units=10_000_000),
    _sku(
        "99049c9c-6011-4908-bf17-15f496e6519d", "SHAREPOINTSTORAGE", "SHAREPOINTSTORAGE", applies_to=COMPANY
    ),
    _sku(
        "6470687e-a428-4b7a-bef2-8a291ad947c9",
        "WINDOWS_STORE",
        "EXCHANGE_S_FOUNDATION, WINDOWS_STORE",
        applies_to=COMPANY,
        free_units=25,
    ),
)

BY_PART_NUMBER = {sku.part_number: sku for sku in SKUS}
BY_ID = {sku.id: sku for sku in SKUS}
