"""Types for what runs, is bought or has to be kept safe."""

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
    people,
    percent,
    select,
    text,
    textbox,
    title,
    upload,
)

BACKUP = TypeTemplate(
    "backup",
    TypeDetails(
        "Backup", "What is backed up, how often, where it goes, and when a restore last worked.", "archive"
    ),
    (
        title(text("Backup job")),
        listed(text("Product")),
        listed(select("State", "Healthy|ok", "Needs attention|warning", "Failing|danger", default="Healthy")),
        listed(select("Schedule", "Continuous", "Hourly", "Daily", "Weekly", "Monthly")),
        header("What and where"),
        textbox("What is protected"),
        text("Local copy"),
        text("Copy elsewhere"),
        number("Kept for (days)"),
        checkbox("Encrypted", default=True),
        password("Encryption key"),
        header("Restoring"),
        listed(date("Last restore test")),
        number("Hours to restore", decimals=1),
        textbox("How to restore"),
        people("Looks after it"),
        expiring(date("Subscription ends")),
    ),
)

APPLICATIONS = TypeTemplate(
    "applications",
    TypeDetails(
        "Applications",
        "Line-of-business software: who uses it, where it runs, who supports it.",
        "app-window",
    ),
    (
        title(text("Application")),
        listed(text("Version")),
        listed(select("Importance", "Critical|danger", "Important|warning", "Useful|neutral")),
        listed(select("Runs", "On a server", "On workstations", "In the cloud")),
        text("Address", hint="Where people open it"),
        text("Server"),
        header("License"),
        listed(number("Seats")),
        password("License key"),
        expiring(date("Maintenance ends")),
        header("Support"),
        text("Vendor"),
        text("Support phone"),
        text("Customer number"),
        contacts("Knows it best"),
        header("Care"),
        textbox("Installing and updating"),
        textbox("Backup and restore"),
        upload("Installation files"),
    ),
)

VENDORS = TypeTemplate(
    "vendors",
    TypeDetails(
        "Vendors",
        "Companies the client depends on, and how to reach them.",
        "truck",
        section=SidebarSection.CORE_ASSETS.value,
    ),
    (
        title(text("Vendor")),
        listed(text("Delivers")),
        listed(text("Phone")),
        listed(text("E-mail")),
        text("Website"),
        text("Customer number"),
        checkbox("May talk to us on the client's behalf"),
        header("Contract"),
        expiring(date("Contract ends")),
        number("Notice (days)", hint="Before the end"),
        upload("Contract files"),
        header("Portal"),
        text("Portal address"),
        text("Portal user"),
        password("Portal password"),
        textbox("Remarks"),
    ),
)

FILE_SHARING = TypeTemplate(
    "file-sharing",
    TypeDetails(
        "File Sharing", "Where files live, who may open them and how they are reached.", "folder-open"
    ),
    (
        title(text("Share")),
        listed(select("Kept in", "File server", "NAS", "SharePoint", "OneDrive", "Other cloud")),
        listed(text("Path")),
        listed(text("Drive letter")),
        listed(percent("Space used", decimals=0)),
        header("Permissions"),
        text("May read"),
        text("May change"),
        contacts("Decides who gets access"),
        header("Care"),
        checkbox("Backed up", default=True),
        checkbox("Shadow copies"),
        textbox("Remarks"),
    ),
)

EMAIL = TypeTemplate(
    "email",
    TypeDetails("Email", "Mail domains, where their mailboxes are and what protects them.", "mail"),
    (
        title(text("Domain")),
        listed(select("Hosted at", "Microsoft 365", "Google Workspace", "Own server", "Other")),
        listed(number("Mailboxes")),
        listed(text("Spam filter")),
        header("Records"),
        text("MX"),
        checkbox("SPF"),
        checkbox("DKIM"),
        listed(select("DMARC", "Reject|ok", "Quarantine|ok", "None|warning", "Missing|danger")),
        header("Access"),
        text("Webmail"),
        text("Administration address"),
        text("Administrator"),
        password("Administrator password"),
        header("Care"),
        checkbox("Archived"),
        textbox("Shared mailboxes and forwarding"),
    ),
)

SECURITY = TypeTemplate(
    "security",
    TypeDetails(
        "Security",
        "What protects the client: products, coverage, and the last time somebody looked.",
        "shield",
    ),
    (
        title(text("Measure")),
        listed(
            select("Area", "Endpoints", "Firewall", "E-mail", "Identity", "Network", "Awareness", "Physical")
        ),
        listed(text("Product")),
        listed(percent("Coverage", hint="Of the devices or people that should have it")),
        listed(select("State", "In place|ok", "In part|warning", "Missing|danger", default="In place")),
        header("Running it"),
        text("Console address"),
        people("Looks after it"),
        expiring(date("Subscription ends")),
        listed(date("Last reviewed")),
        textbox("Policy and exceptions"),
        textbox("When something happens"),
        upload("Reports"),
    ),
)

SERVICES = (BACKUP, APPLICATIONS, VENDORS, FILE_SHARING, EMAIL, SECURITY)
