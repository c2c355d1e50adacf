"""What printed values mean: HLA nomenclature, GL Strings, units, codes and identifiers."""
