"""The shapes Microsoft documents for the answers we read, as JSON schemas that allow nothing else."""

from jsonschema import Draft202012Validator

GUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
FLAG = {"type": "boolean"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def optional(schema):
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(*values):
    return {"enum": list(values)}


def array(schema):
    return {"type": "array", "items": schema}


def record(**properties):
    """All of these members and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def collection(entry):
    schema = record(value=array(entry)) | {"required": ["@odata.context", "value"]}
    schema["properties"] |= {"@odata.context": TEXT, "@odata.nextLink": TEXT, "@odata.count": COUNT}
    return schema


STATUS = one_of("Enabled", "Warning", "Suspended", "Deleted", "LockedOut")
SCOPE = one_of("User", "Company")
SERVICE_PLAN = record(
    servicePlanId=GUID,
    servicePlanName=TEXT,
    provisioningStatus=one_of("Success", "Disabled"),
    appliesTo=SCOPE,
)
SUBSCRIBED_SKU = record(
    accountName=TEXT,
    accountId=GUID,
    appliesTo=SCOPE,
    capabilityStatus=STATUS,
    consumedUnits=COUNT,
    id={"type": "string", "pattern": "^[0-9a-f-]{36}_[0-9a-f-]{36}$"},
    skuId=GUID,
    skuPartNumber=TEXT,
    subscriptionIds=array(GUID),
    prepaidUnits=record(enabled=COUNT, suspended=COUNT, warning=COUNT, lockedOut=COUNT),
    servicePlans=array(SERVICE_PLAN),
)
COMPANY_SUBSCRIPTION = record(
    id=GUID,
    commerceSubscriptionId=GUID,
    createdDateTime=TIME,
    isTrial=FLAG,
    nextLifecycleDateTime=optional(TIME),
    ownerId=optional(GUID),
    ownerTenantId=optional(GUID),
    ownerType=optional(TEXT),
    skuId=GUID,
    skuPartNumber=TEXT,
    status=STATUS,
    totalLicenses=COUNT,
    serviceStatus=array(SERVICE_PLAN),
)
DEFAULT_USER = record(
    businessPhones=array(TEXT),
    displayName=optional(TEXT),
    givenName=optional(TEXT),
    jobTitle=optional(TEXT),
    mail=optional(TEXT),
    mobilePhone=optional(TEXT),
    officeLocation=optional(TEXT),
    preferredLanguage=optional(TEXT),
    surname=optional(TEXT),
    userPrincipalName=TEXT,
    id=GUID,
)
LICENSED_USER = record(
    id=GUID,
    userPrincipalName=TEXT,
    displayName=optional(TEXT),
    mail=optional(TEXT),
    accountEnabled=FLAG,
    userType=one_of("Member", "Guest"),
    assignedLicenses=array(record(skuId=GUID, disabledPlans=array(GUID))),
    licenseAssignmentStates=array(
        record(
            skuId=GUID,
            disabledPlans=array(GUID),
            assignedByGroup=optional(GUID),
            state=one_of("Active", "Error"),
            error=TEXT,
            lastUpdatedDateTime=TIME,
        )
    ),
)
VERIFIED_DOMAIN = record(capabilities=TEXT, isDefault=FLAG, isInitial=FLAG, name=TEXT, type=TEXT)
ORGANIZATION = {
    "type": "object",
    "required": ["id", "displayName", "verifiedDomains", "countryLetterCode"],
    "properties": {"id": GUID, "displayName": TEXT, "verifiedDomains": array(VERIFIED_DOMAIN)},
}
CONTRACT = record(
    id=GUID,
    deletedDateTime=optional(TIME),
    contractType=one_of("SyndicationPartner", "BreadthPartner", "ResellerPartner"),
    customerId=GUID,
    defaultDomainName=TEXT,
    displayName=TEXT,
)
DELEGATED_CUSTOMER = record(id=GUID, tenantId=GUID, displayName=TEXT)
GRAPH_ERROR = record(
    error=record(
        code=TEXT,
        message=TEXT,
        innerError=record(
            **{
                "date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
                "request-id": GUID,
                "client-request-id": TEXT,
            }
        ),
    )
)
ENTRA_ERROR = record(
    error=TEXT,
    error_description={
        "type": "string",
        "pattern": r"^AADSTS\d+: .* Trace ID: .* Correlation ID: .* Timestamp: ",
    },
    error_codes=array({"type": "integer"}),
    timestamp={"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$"},
    trace_id=GUID,
    correlation_id=GUID,
    error_uri=TEXT,
)
APP_TOKEN = record(token_type=one_of("Bearer"), expires_in=COUNT, ext_expires_in=COUNT, access_token=TEXT)


def faults_of(document, schema):
    """What is wrong with the document, in words; nothing, when all is well."""
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]
