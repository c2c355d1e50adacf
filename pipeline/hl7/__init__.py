"""The canonical HL7 v2.5.1 message of a record, and the acknowledgement of a message received."""
