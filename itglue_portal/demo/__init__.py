"""The demo: an account with a dozen clients whose tenants live in the simulator, and everything running."""
