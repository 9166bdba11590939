"""The rules as data and pure functions: one edition in, tiers, duties, effort and checklists out."""
