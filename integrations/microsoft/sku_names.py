"""Product names of common SKUs, by their GUID: part numbers mislead and are not unique. Pure.

Names and identifiers are Microsoft's, as its licensing service plan reference publishes them; unknown SKUs are normal
and show their part number.
"""

import re
from uuid import UUID

SKU_NAMES: dict[UUID, str] = {
    UUID("05e9a617-0261-4cee-bb44-138d3ef5d965"): "Microsoft 365 E3",  # SPE_E3
    UUID("06ebc4ee-1bb5-47dd-8120-11324bc54e06"): "Microsoft 365 E5",  # SPE_E5
    UUID("66b55226-6b4f-492c-910c-a3b7a3c9d993"): "Microsoft 365 F3",  # SPE_F1
    UUID("44575883-256e-4a79-9da4-ebe9acabe2b2"): "Microsoft 365 F1",  # M365_F1
    UUID(
        "dcf0408c-aaec-446c-afd4-43e3683943ea"
    ): "Microsoft 365 E3 (no Teams)",  # Microsoft_365_E3_(no_Teams)
    UUID(
        "18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e"
    ): "Microsoft 365 E5 (no Teams)",  # Microsoft_365_E5_(no_Teams)
    UUID("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"): "Microsoft 365 Business Premium",  # SPB
    UUID("f245ecc8-75af-4f8e-b61f-27d8114de5f3"): "Microsoft 365 Business Standard",  # O365_BUSINESS_PREMIUM
    UUID("3b555118-da6a-4418-894f-7df1e2096870"): "Microsoft 365 Business Basic",  # O365_BUSINESS_ESSENTIALS
    UUID("cdd28e44-67e3-425e-be4c-737fab2899d3"): "Microsoft 365 Apps for Business",  # O365_BUSINESS
    UUID("c2273bd0-dff7-4215-9ef5-2c7bcfb06425"): "Microsoft 365 Apps for Enterprise",  # OFFICESUBSCRIPTION
    UUID("18181a46-0d4e-45cd-891e-60aabd171b4e"): "Office 365 E1",  # STANDARDPACK
    UUID("6fd2c87f-b296-42f0-b197-1e91e994b900"): "Office 365 E3",  # ENTERPRISEPACK
    UUID("c7df2760-2c81-4ef7-b578-5b5392b571df"): "Office 365 E5",  # ENTERPRISEPREMIUM
    UUID("4b585984-651b-448a-9e53-3b10f069cf7f"): "Office 365 F3",  # DESKLESSPACK
    UUID("4b9405b0-7788-4568-add1-99614e613b69"): "Exchange Online (Plan 1)",  # EXCHANGESTANDARD
    UUID("19ec0d23-8335-4cbd-94ac-6050e30712fa"): "Exchange Online (Plan 2)",  # EXCHANGEENTERPRISE
    UUID("80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82"): "Exchange Online Kiosk",  # EXCHANGEDESKLESS
    UUID(
        "ee02fd1b-340e-4a4b-b355-4a514e4c8943"
    ): "Exchange Online Archiving for Exchange Online",  # EXCHANGEARCHIVE_ADDON
    UUID("078d2b04-f1bd-4111-bbd4-b4b1b354cef4"): "Microsoft Entra ID P1",  # AAD_PREMIUM
    UUID("84a661c4-e949-4bd2-a560-ed7766fcaf2b"): "Microsoft Entra ID P2",  # AAD_PREMIUM_P2
    UUID("efccb6f7-5641-4e0e-bd10-b4976e1bf68e"): "Enterprise Mobility + Security E3",  # EMS
    UUID("b05e124f-c7cc-45a0-a6aa-8cf78c946968"): "Enterprise Mobility + Security E5",  # EMSPREMIUM
    UUID("061f9ace-7d42-4136-88ac-31dc755f143f"): "Microsoft Intune",  # INTUNE_A
    UUID("639dec6b-bb19-468b-871c-c5c441c4b0cb"): "Microsoft 365 Copilot",  # Microsoft_365_Copilot
    UUID("e43b5b99-8dfb-405f-9987-dc307f34bcbd"): "Microsoft Teams Phone Standard",  # MCOEV
    UUID("0dab259f-bf13-4952-b7f8-7db8f131b28d"): "Microsoft Teams Domestic Calling Plan",  # MCOPSTN1
    UUID(
        "d3b4fe1f-9992-4930-8acb-ca6ec609365e"
    ): "Microsoft Teams Domestic and International Calling Plan",  # MCOPSTN2
    UUID("47794cd0-f0e5-45c5-9033-2eb6b5fc84e0"): "Communications Credits",  # MCOPSTNC
    UUID("0c266dff-15dd-4b49-8397-2bb16070ed52"): "Microsoft 365 Audio Conferencing",  # MCOMEETADV
    UUID(
        "440eaaa8-b3e0-484b-a8be-62870b9ba70a"
    ): "Microsoft Teams Phone Resource Account",  # PHONESYSTEM_VIRTUALUSER
    UUID("4cde982a-ede4-4409-9ae6-b003453c8ea6"): "Microsoft Teams Rooms Pro",  # Microsoft_Teams_Rooms_Pro
    UUID(
        "6af4b3d6-14bb-4a2a-960c-6c902aad34f3"
    ): "Microsoft Teams Rooms Basic",  # Microsoft_Teams_Rooms_Basic
    UUID("6070a4c8-34c6-4937-8dfb-39bbc6397a60"): "Microsoft Teams Rooms Standard",  # MEETING_ROOM
    UUID(
        "7e31c0d9-9551-471d-836f-32ee72be4a01"
    ): "Microsoft Teams Enterprise",  # Microsoft_Teams_Enterprise_New
    UUID(
        "52ea0e27-ae73-4983-a08f-13561ebdb823"
    ): "Teams Premium (for Departments)",  # Teams_Premium_(for_Departments)
    UUID("f30db892-07e9-47e9-837c-80727f46fd3d"): "Power Automate Free",  # FLOW_FREE
    UUID("4a51bf65-409c-4a91-b845-1121b571cc9d"): "Power Automate per user plan",  # FLOW_PER_USER
    UUID("a403ebcc-fae0-4ca2-8c8c-7a907fd6c235"): "Microsoft Fabric (Free)",  # POWER_BI_STANDARD
    UUID("f8a1db68-be16-40ed-86d5-cb42ce701560"): "Power BI Pro",  # POWER_BI_PRO
    UUID("c1d032e0-5619-4761-9b5c-75b6831e1711"): "Power BI Premium Per User",  # PBI_PREMIUM_PER_USER
    UUID("5b631642-bd26-49fe-bd20-1daaa972ef80"): "Power Apps for Developer",  # POWERAPPS_DEV
    UUID("dcb1a3ae-b33f-4487-846a-a640262fadf4"): "Power Apps Plan 2 Trial",  # POWERAPPS_VIRAL
    UUID("b30411f5-fea1-4a59-9ad9-3db7c7ead579"): "Power Apps Premium",  # POWERAPPS_PER_USER
    UUID("6470687e-a428-4b7a-bef2-8a291ad947c9"): "Windows Store for Business",  # WINDOWS_STORE
    UUID("1f2f344a-700d-42c9-9427-5cea1d5d7ba6"): "Microsoft Stream",  # STREAM
    UUID("8c4ce438-32a7-4ac5-91a6-e22ae08d9c8b"): "Rights Management Adhoc",  # RIGHTSMANAGEMENT_ADHOC
    UUID("710779e8-3d4a-4c88-adb9-386c958d1fdf"): "Microsoft Teams Exploratory",  # TEAMS_EXPLORATORY
    UUID("606b54a9-78d8-4298-ad8b-df6ef4481c80"): "Copilot Studio Viral Trial",  # CCIBOTS_PRIVPREV_VIRAL
    UUID("beb6439c-caad-48d3-bf46-0c82871e12be"): "Planner Plan 1",  # PROJECT_P1
    UUID("53818b1b-4a27-454b-8896-0dba576410e6"): "Planner and Project Plan 3",  # PROJECTPROFESSIONAL
    UUID("09015f9f-377f-4538-bbb5-f75ceb09358a"): "Project Online Premium",  # PROJECTPREMIUM
    UUID("c5928f49-12ba-48f7-ada3-0d743a3601d5"): "Visio Plan 2",  # VISIOCLIENT
    UUID("4b244418-9658-4451-a2b8-b5e2b364e9bd"): "Visio Plan 1",  # VISIOONLINE_PLAN1
    UUID("6a0f6da5-0b87-4190-a6ae-9bb5a2b9546a"): "Windows 10/11 Enterprise E3",  # WIN10_VDA_E3
    UUID("488ba24a-39a9-4473-8ee5-19291e71b002"): "Windows 10/11 Enterprise E5",  # WIN10_VDA_E5
    UUID(
        "16a55f2f-ff35-4cd5-9146-fb784e3761a5"
    ): "Microsoft Defender for Endpoint P1",  # DEFENDER_ENDPOINT_P1
    UUID("b126b073-72db-4a9d-87a4-b17afe41d4ab"): "Microsoft Defender for Endpoint P2",  # MDATP_XPLAT
    UUID("5e1e7702-a2b7-4360-8d07-2f515792896f"): "Microsoft Defender for Business",  # MDE_SMB
    UUID(
        "4ef96642-f096-40de-a3e9-d83fb2f90211"
    ): "Microsoft Defender for Office 365 (Plan 1)",  # ATP_ENTERPRISE
    UUID(
        "3dd6cf57-d688-4eed-ba52-9e40b5468c3e"
    ): "Microsoft Defender for Office 365 (Plan 2)",  # THREAT_INTELLIGENCE
    UUID("26124093-3d78-432b-b5dc-48bf992543d5"): "Microsoft 365 E5 Security",  # IDENTITY_THREAT_PROTECTION
    UUID(
        "184efa21-98c3-4e5d-95ab-d07053a96e67"
    ): "Microsoft 365 E5 Compliance",  # INFORMATION_PROTECTION_COMPLIANCE
    UUID("1fc08a02-8b3d-43b9-831e-f76859e04e1a"): "SharePoint Online (Plan 1)",  # SHAREPOINTSTANDARD
    UUID("a9732ec9-17d9-494c-a51c-d6b45b384dcb"): "SharePoint Online (Plan 2)",  # SHAREPOINTENTERPRISE
    UUID("99049c9c-6011-4908-bf17-15f496e6519d"): "Office 365 Extra File Storage",  # SHAREPOINTSTORAGE
}

_NOT_FOR_PEOPLE = frozenset(
    map(
        UUID,
        (
            "47794cd0-f0e5-45c5-9033-2eb6b5fc84e0",  # MCOPSTNC
            "440eaaa8-b3e0-484b-a8be-62870b9ba70a",  # PHONESYSTEM_VIRTUALUSER
            "4cde982a-ede4-4409-9ae6-b003453c8ea6",  # Microsoft_Teams_Rooms_Pro
            "6af4b3d6-14bb-4a2a-960c-6c902aad34f3",  # Microsoft_Teams_Rooms_Basic
            "6070a4c8-34c6-4937-8dfb-39bbc6397a60",  # MEETING_ROOM
            "f30db892-07e9-47e9-837c-80727f46fd3d",  # FLOW_FREE
            "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",  # POWER_BI_STANDARD
            "5b631642-bd26-49fe-bd20-1daaa972ef80",  # POWERAPPS_DEV
            "dcb1a3ae-b33f-4487-846a-a640262fadf4",  # POWERAPPS_VIRAL
            "6470687e-a428-4b7a-bef2-8a291ad947c9",  # WINDOWS_STORE
            "1f2f344a-700d-42c9-9427-5cea1d5d7ba6",  # STREAM
            "8c4ce438-32a7-4ac5-91a6-e22ae08d9c8b",  # RIGHTSMANAGEMENT_ADHOC
            "710779e8-3d4a-4c88-adb9-386c958d1fdf",  # TEAMS_EXPLORATORY
            "606b54a9-78d8-4298-ad8b-df6ef4481c80",  # CCIBOTS_PRIVPREV_VIRAL
            "99049c9c-6011-4908-bf17-15f496e6519d",  # SHAREPOINTSTORAGE
        ),
    )
)
# The rest is known by part number only, which is good enough for a suggestion and for nothing else.
_PART_NUMBERS_NOT_FOR_PEOPLE = frozenset(
    {
        "FORMS_PRO",
        "POWERAPPS_INDIVIDUAL_USER",
        "POWER_BI_STANDARD_FACULTY",
        "POWER_BI_STANDARD_STUDENT",
        "RMSBASIC",
        "SMB_APPS",
    }
)
_LOOKS_FREE_OR_POOLED = re.compile(
    "_FREE|VIRAL|(^|_)V?TRIAL|EXPLORATORY|_IW(_|$)|STORAGE|CAPACITY|MEETING_ROOM|TEAMS_ROOMS|VIRTUALUSER|MCOPSTNC",
    re.IGNORECASE,
)


def sku_name(sku_id: UUID, *, part_number: str) -> str:
    return SKU_NAMES.get(sku_id) or part_number or str(sku_id)


def is_recommended(sku_id: UUID, part_number: str) -> bool:
    """Paid and for people, so that whoever holds it is worth a contact: no trials, free pools, rooms or storage."""
    if sku_id in SKU_NAMES:
        return sku_id not in _NOT_FOR_PEOPLE
    return part_number not in _PART_NUMBERS_NOT_FOR_PEOPLE and not _LOOKS_FREE_OR_POOLED.search(part_number)
