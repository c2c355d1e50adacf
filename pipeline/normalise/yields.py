"""Quantities derived from a collection, each by the formula that its docstring names.

Volumes in mL unless the name says litres, counts as laboratories report them: CD34 per microlitre, doses in 10^6/kg.
"""

import math
from typing import Literal


def whole_blood_from_inlet(inlet_ml: float, ratio: float) -> float:
    """Whole blood in mL: inlet x (R - 1) / R, with R the inlet to anticoagulant ratio (Terumo, COBE)."""
    return inlet_ml * (ratio - 1) / ratio


def anticoagulant_from_inlet(inlet_ml: float, ratio: float) -> float:
    """Anticoagulant in mL: inlet / R (Terumo, COBE)."""
    return inlet_ml / ratio


def blood_volume_nadler(sex: Literal["M", "F"], height_m: float, weight_kg: float) -> float:
    """Total blood volume in litres (Nadler, Surgery 1962;51:224)."""
    if sex == "M":
        return 0.3669 * height_m**3 + 0.03219 * weight_kg + 0.6041
    return 0.3561 * height_m**3 + 0.03308 * weight_kg + 0.1833


def blood_volume_lemmens(height_m: float, weight_kg: float) -> float:
    """Total blood volume in litres for the obese (Lemmens, Bernstein, Brodsky, Obes Surg 2006;16:773)."""
    return 70 / math.sqrt(weight_kg / height_m**2 / 22) * weight_kg / 1000


def total_cd34(product_cd34_per_ul: float, product_ml: float) -> float:
    """CD34 cells of the product in 10^6: concentration x volume / 1000."""
    return product_cd34_per_ul * product_ml / 1000


def dose_per_kg(total_cd34_e6: float, recipient_kg: float) -> float:
    """CD34 dose in 10^6/kg of the recipient (of the patient in autologous collections)."""
    return total_cd34_e6 / recipient_kg


def collection_efficiency_2(total_cd34_e6: float, whole_blood_l: float, cd34_before_per_ul: float) -> float:
    """CE2 in %: cells collected per cells that passed, by the count before (Neyrinck, J Clin Apher 2015;30:38)."""
    return total_cd34_e6 * 100 / (whole_blood_l * cd34_before_per_ul)


def collection_efficiency_1(
    total_cd34_e6: float, whole_blood_l: float, cd34_before_per_ul: float, cd34_after_per_ul: float
) -> float:
    """CE1 in %: as CE2, by the mean of the counts before and after (Neyrinck, J Clin Apher 2015;30:38)."""
    return total_cd34_e6 * 100 / (whole_blood_l * (cd34_before_per_ul + cd34_after_per_ul) / 2)


def whole_blood_needed(dose_e6_per_kg: float, recipient_kg: float, cd34_before_per_ul: float, ce2: float) -> float:
    """Whole blood to process in litres for a dose, with CE2 as a fraction (Wuchter 2017; Rajsp 2022)."""
    return dose_e6_per_kg * recipient_kg / (cd34_before_per_ul * ce2)
