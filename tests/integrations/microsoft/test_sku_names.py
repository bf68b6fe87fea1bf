from uuid import UUID, uuid4

import pytest

from integrations.microsoft.simulator.catalog import BY_PART_NUMBER
from integrations.microsoft.sku_names import SKU_NAMES, is_recommended, sku_name

UNHEARD_OF = UUID(int=7)


def test_name_falls_back_to_the_part_number_and_then_to_the_id():
    spb = UUID(BY_PART_NUMBER["SPB"].id)
    assert sku_name(spb, part_number="SPB") == "Microsoft 365 Business Premium"
    assert sku_name(UNHEARD_OF, part_number="NEW_SUITE") == "NEW_SUITE"
    assert sku_name(UNHEARD_OF, part_number="") == str(UNHEARD_OF)


def test_what_is_free_or_no_seat_of_a_person_is_not_recommended():
    not_recommended = {
        part_number
        for part_number, sku in BY_PART_NUMBER.items()
        if not is_recommended(UUID(sku.id), part_number)
    }
    assert not_recommended == {
        "CCIBOTS_PRIVPREV_VIRAL",
        "FLOW_FREE",
        "MCOPSTNC",
        "PHONESYSTEM_VIRTUALUSER",
        "POWERAPPS_DEV",
        "POWERAPPS_VIRAL",
        "POWER_BI_STANDARD",
        "RIGHTSMANAGEMENT_ADHOC",
        "SHAREPOINTSTORAGE",
        "STREAM",
        "TEAMS_EXPLORATORY",
        "WINDOWS_STORE",
    }


@pytest.mark.parametrize(
    "part_number", ["NEW_SUITE", "", "INDUSTRIAL_IWORKER", "ENTERPRISEPREMIUM_NOPSTNCONF"]
)
def test_unknown_sku_is_taken_for_a_paid_one(part_number):
    assert is_recommended(UNHEARD_OF, part_number)


@pytest.mark.parametrize(
    "part_number",
    [
        "Dynamics_365_Sales_Premium_Viral_Trial",
        "Power_Pages_vTrial_for_Makers",
        "D365_SALES_PRO_IW",
        "PROJECT_MADEIRA_PREVIEW_IW_SKU",
        "TEAMS_FREE",
        "SMB_APPS",
        "FORMS_PRO",
        "CDS_DB_CAPACITY",
        "SHAREPOINTSTORAGE_GOV",
        "Microsoft_Teams_Rooms_Pro_GCC",
    ],
)
def test_unknown_sku_that_calls_itself_free_or_shared_is_not_recommended(part_number):
    assert not is_recommended(uuid4(), part_number)


def test_part_number_of_a_known_sku_does_not_matter():
    known = next(iter(SKU_NAMES))
    assert is_recommended(known, "SOMETHING_FREE")
