"""Directory users as contacts: matched inside the organization, created otherwise, kept in step and marked when gone."""
