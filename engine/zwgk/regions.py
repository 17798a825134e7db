"""Administrative division codes (GB/T 2260 adcodes): who lies in whom."""

from __future__ import annotations


def region_prefix(adcode: str) -> str:
    """The digits that every code inside the region shares: ``510500`` → ``5105``, ``510000`` → ``51``, "" → ""."""
    while adcode.endswith("00"):
        adcode = adcode[:-2]
    return adcode


def lies_in(adcode: str, region: str) -> bool:
    """Whether ``adcode`` is ``region`` or lies inside it; every code lies in the nation ("")."""
    return adcode.startswith(region_prefix(region))


def chain(adcode: str) -> tuple[str, ...]:
    """Province, prefecture and county of a code, widest first: ``510504`` → ``510000``, ``510500``, ``510504``."""
    codes = (adcode[:2] + "0000", adcode[:4] + "00", adcode)
    return tuple(dict.fromkeys(codes)) if adcode else ()
