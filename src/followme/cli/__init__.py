"""What a person types: ``followme COMMAND``."""
