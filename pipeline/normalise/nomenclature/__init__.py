"""HLA names and what a release of the nomenclature says about them."""
