"""The way through: receipt, parse, normalise, message, store, feed."""
