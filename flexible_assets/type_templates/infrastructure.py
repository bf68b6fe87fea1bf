"""Types for what stands in a rack, hangs from a ceiling, or comes in from the street."""

from flexible_assets.actions.building import TypeDetails
from flexible_assets.models import SidebarSection
from flexible_assets.type_templates.parts import (
    TypeTemplate,
    checkbox,
    contacts,
    date,
    expiring,
    header,
    listed,
    number,
    password,
    select,
    text,
    textbox,
    title,
    upload,
)

INTERNET = TypeTemplate(
    "internet",
    TypeDetails(
        "Internet/WAN", "Each line into a site: who delivers it, and whom to call when it is down.", "globe"
    ),
    (
        title(text("Line", hint="Site and provider, such as Main office fiber")),
        listed(text("Provider")),
        listed(select("Medium", "Fiber", "Cable", "DSL", "Mobile", "Radio link", "Satellite")),
        listed(select("Role", "Primary|ok", "Backup|neutral", "Guests|neutral")),
        listed(number("Download (Mbit/s)")),
        listed(number("Upload (Mbit/s)")),
        header("Contract"),
        text("Circuit ID"),
        text("Customer number"),
        text("Support phone"),
        expiring(date("Contract ends")),
        number("Monthly cost", decimals=2),
        upload("Contract files"),
        header("Addresses"),
        text("Public network", hint="In CIDR notation"),
        text("Gateway"),
        text("Name servers"),
        header("Access"),
        text("Modem address"),
        text("Modem user"),
        password("Modem password"),
        textbox("What to do when it is down"),
    ),
)

LAN = TypeTemplate(
    "lan",
    TypeDetails(
        "LAN", "The wired networks: address ranges, VLANs and what hands out addresses.", "ethernet-port"
    ),
    (
        title(text("Network")),
        listed(number("VLAN")),
        listed(text("Subnet", hint="In CIDR notation")),
        listed(text("Gateway")),
        listed(select("Purpose", "Office", "Servers", "Voice", "Guests", "Management", "Devices")),
        header("Addresses"),
        text("DHCP server"),
        text("DHCP range"),
        text("Name servers"),
        text("Reserved addresses"),
        header("Rules"),
        checkbox("Reaches the Internet", default=True),
        textbox("Routing and firewall rules"),
        upload("Diagram"),
    ),
)

WIRELESS = TypeTemplate(
    "wireless",
    TypeDetails("Wireless", "Each wireless network, how devices join it and what it may reach.", "wifi"),
    (
        title(text("SSID")),
        listed(
            select(
                "Protection",
                "WPA3 Enterprise|ok",
                "WPA2 Enterprise|ok",
                "WPA3 Personal|ok",
                "WPA2 Personal|warning",
                "Open|danger",
            )
        ),
        listed(select("Used by", "Staff", "Guests", "Devices")),
        listed(number("VLAN")),
        checkbox("Hidden"),
        password("Passphrase"),
        header("Controller"),
        text("Controller address"),
        text("Access point model"),
        listed(number("Access points")),
        textbox("Placement", hint="Where the access points hang, and where it does not reach"),
        upload("Floor plan"),
    ),
)

PRINTING = TypeTemplate(
    "printing",
    TypeDetails("Printing", "Printers and copiers, how they are reached and who services them.", "printer"),
    (
        title(text("Printer")),
        listed(text("Location")),
        listed(text("Model")),
        listed(text("Address")),
        text("Serial number"),
        listed(select("Function", "Printer", "Multifunction", "Labels", "Plotter")),
        checkbox("Color"),
        header("How people print"),
        text("Print server"),
        text("Share name"),
        text("Driver"),
        checkbox("Scans to e-mail"),
        textbox("Scanning and fax"),
        header("Service"),
        text("Serviced by"),
        text("Service phone"),
        expiring(date("Service contract ends")),
        text("Administrator"),
        password("Administrator password"),
    ),
)

VOICE = TypeTemplate(
    "voice",
    TypeDetails("Voice/PBX", "The telephone system, its numbers and its way to the outside.", "phone"),
    (
        title(text("System")),
        listed(select("Kind of system", "Cloud", "On site", "Hosted", "Analog")),
        listed(text("Provider")),
        listed(text("Main number")),
        listed(number("Extensions")),
        text("Number range"),
        header("Access"),
        text("Administration address"),
        text("Administrator"),
        password("Administrator password"),
        password("Voicemail PIN"),
        header("How calls run"),
        textbox("Opening hours and call flow"),
        textbox("Emergency calls"),
        expiring(date("Contract ends")),
        contacts("Keeps the recordings"),
    ),
)

SITE_SUMMARY = TypeTemplate(
    "site-summary",
    TypeDetails(
        "Site Summary",
        "What a technician wants to know before driving there.",
        "map-pin",
        section=SidebarSection.CORE_ASSETS.value,
    ),
    (
        title(text("Site")),
        listed(text("Address")),
        listed(number("People on site")),
        listed(select("Visits", "By appointment", "During office hours", "Any time")),
        header("Getting in"),
        textbox("Parking and entrance"),
        contacts("Whom to ask for"),
        text("Alarm company"),
        password("Alarm code"),
        header("On site"),
        textbox("Where the equipment stands"),
        textbox("Power and cooling"),
        upload("Photos and floor plans"),
    ),
)

INFRASTRUCTURE = (INTERNET, LAN, WIRELESS, PRINTING, VOICE, SITE_SUMMARY)
