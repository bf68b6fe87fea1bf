"""The first twelve tenants of every world: one of each situation a reader of licenses has to get right."""

from integrations.microsoft.simulator.blueprints import Blueprint, Stock
from integrations.microsoft.simulator.census import Status
from integrations.microsoft.simulator.names import Name

SHOWCASE = (
    Blueprint(
        "GB",
        14,
        name=Name("Birch & Alder Dental", "birchalderdental"),
        suites=(Stock("SPB", 11, spare=2), Stock("EXCHANGESTANDARD", 2, spare=1)),
        extras=(Stock("FLOW_FREE", 4), Stock("WINDOWS_STORE", 0)),
    ),
    # Everybody's mail stopped: the suite is suspended, yet its people still hold it.
    Blueprint(
        "AT",
        26,
        name=Name("Bäckerei Grünwald GmbH", "baeckereigruenwald"),
        suites=(
            Stock("O365_BUSINESS_PREMIUM", 19, spare=3, status=Status.SUSPENDED),
            Stock("O365_BUSINESS_ESSENTIALS", 5),
        ),
        extras=(Stock("AAD_PREMIUM", 2, spare=1), Stock("FLOW_FREE", 3)),
    ),
    Blueprint(
        "US",
        38,
        name=Name("Tidewater Marine Logistics", "tidewatermarine"),
        guests=2,
        suites=(Stock("SPB", 31, spare=-6), Stock("O365_BUSINESS_ESSENTIALS", 4, spare=6)),
        extras=(Stock("VISIOCLIENT", 3, spare=-1), Stock("MCOEV", 12, spare=3), Stock("FLOW_FREE", 9)),
    ),
    # Expired and in grace: people work on, and one SKU claims to be enabled although no unit is.
    Blueprint(
        "FR",
        12,
        name=Name("Étude Notariale Lefèvre", "etudelefevre"),
        suites=(Stock("O365_BUSINESS_PREMIUM", 9, spare=1, status=Status.WARNING),),
        extras=(
            Stock("EXCHANGEARCHIVE_ADDON", 4, status=Status.WARNING, claimed_status="Enabled"),
            Stock("POWER_BI_STANDARD", 2),
        ),
    ),
    Blueprint(
        "US",
        1640,
        name=Name("Meridian Health Partners", "meridianhealth"),
        guests=60,
        nameless=12,
        suites=(
            Stock("SPE_E3", 720, spare=30, by_group=True),
            Stock("SPE_F1", 610, spare=40, by_group=True),
            Stock("SPE_E5", 110, spare=5),
            Stock("EXCHANGEDESKLESS", 60, spare=15),
        ),
        extras=(
            Stock("Microsoft_365_Copilot", 75, spare=25),
            Stock("VISIOCLIENT", 42, spare=8),
            Stock("PROJECTPROFESSIONAL", 31, spare=4),
            Stock("POWER_BI_PRO", 88, spare=12),
            Stock("MCOMEETADV", 140, spare=60),
            Stock("MCOEV", 210, spare=-3),
            Stock("PHONESYSTEM_VIRTUALUSER", 9),
            Stock("FLOW_FREE", 260),
            Stock("POWER_BI_STANDARD", 190),
            Stock("WINDOWS_STORE", 0),
        ),
    ),
    Blueprint(
        "GB",
        3,
        name=Name("O'Connell & Daughters", "oconnelldaughters"),
        suites=(Stock("O365_BUSINESS_ESSENTIALS", 3),),
    ),
    Blueprint(
        "JP",
        120,
        name=Name("東雲精密工業株式会社", "shinonomeseimitsu"),
        nameless=2,
        suites=(Stock("ENTERPRISEPACK", 70, spare=5), Stock("DESKLESSPACK", 35, spare=5)),
        extras=(
            Stock("EMS", 40, spare=10),
            Stock("PROJECT_P1", 12),
            Stock("POWER_BI_PRO", 8, spare=2),
            Stock("FLOW_FREE", 25),
        ),
    ),
    Blueprint(
        "PL",
        33,
        name=Name("Łódzka Spółdzielnia Mleczarska", "lodzkamleczarska"),
        suites=(Stock("SPB", 28, spare=2),),
        extras=(
            Stock("Microsoft_365_Copilot", 6, spare=19, is_trial=True),
            Stock("POWERAPPS_VIRAL", 3, is_trial=True),
            Stock("CCIBOTS_PRIVPREV_VIRAL", 1, is_trial=True),
            Stock("FLOW_FREE", 7),
        ),
    ),
    Blueprint(
        "IL",
        18,
        name=Name("מעבדות כרמל בע״מ", "carmellabs"),
        suites=(Stock("O365_BUSINESS_PREMIUM", 13, spare=1), Stock("EXCHANGESTANDARD", 2)),
        extras=(Stock("Microsoft_Teams_Premium", 4, spare=1), Stock("RIGHTSMANAGEMENT_ADHOC", 2)),
    ),
    # Licenses by group, some failing; and the one SKU whose consumed number disagrees with the people found.
    Blueprint(
        "NO",
        240,
        name=Name("Nordvåg Rederi AS", "nordvagrederi"),
        guests=14,
        nameless=3,
        suites=(Stock("SPE_E3", 150, spare=10, by_group=True), Stock("SPE_F1", 70, spare=2, by_group=True)),
        extras=(
            Stock("DYN365_ENTERPRISE_SALES", 18, spare=2),
            Stock("CPC_E_2C_8GB_128GB", 6, discrepancy=2, spare=4),
            Stock("ATP_ENTERPRISE", 90, spare=10),
            Stock("FLOW_FREE", 40),
            Stock("STREAM", 3),
        ),
    ),
    Blueprint(
        "ES",
        22,
        name=Name("Arquitectos Quintana y Peña S.L.", "quintanapena"),
        guests=9,
        nameless=4,
        suites=(Stock("O365_BUSINESS_PREMIUM", 17, spare=1),),
        extras=(
            Stock("VISIO_PLAN1_DEPT", 5, spare=2),
            Stock("PROJECT_P1", 4),
            Stock("SHAREPOINTSTORAGE", 0, spare=500),
        ),
    ),
    # Moved to another product: what it left is locked out, and nobody has cleaned up.
    Blueprint(
        "GB",
        16,
        name=Name("Kestrel Legal LLP", "kestrellegal"),
        suites=(Stock("SPB", 12, spare=3), Stock("STANDARDPACK", 3, spare=7, status=Status.LOCKED_OUT)),
        extras=(
            Stock("MCOMEETADV", 4, spare=8),
            Stock("TEAMS_EXPLORATORY", 2),
            Stock("POWER_BI_STANDARD", 3),
        ),
    ),
)
