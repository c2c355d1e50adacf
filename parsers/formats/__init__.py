"""One file per format; each is found by being here."""
