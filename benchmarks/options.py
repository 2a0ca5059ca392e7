"""What kind of on-sale: the options of `placeur onsale`, with their bounds."""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from benchmarks.shoppers import PARTY_WEIGHTS, Crowd
from ticketing.refusals import InputRefused

PARTY_MAX = 20
SHOPPERS_MAX = 20_000
CONNECTIONS_MAX = 1000
SECONDS_MAX = 3600

Rate = Annotated[float, Parameter(validator=Number(gte=0, lte=1))]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Whose performances are sold, how hard, and who comes."""

    box_office: Annotated[str, Parameter(help="Whose performances.")] = "stadium"
    performances: Annotated[
        int, Parameter(help="How many of them: the next that have places left.", validator=Number(gte=1, lte=100))
    ] = 1
    shoppers: Annotated[
        int, Parameter(help="How many are inside at once.", validator=Number(gte=1, lte=SHOPPERS_MAX))
    ] = 1000
    seconds: Annotated[
        float, Parameter(help="Nobody else comes in after that.", validator=Number(gt=0, lte=SECONDS_MAX))
    ] = 300
    parties: Annotated[str, Parameter(help="How often a party has 1, 2, 3 ... people.")] = ",".join(
        map(str, PARTY_WEIGHTS)
    )
    abandon_rate: Annotated[Rate, Parameter(help="Share who give their places back.")] = 0.15
    walk_away_rate: Annotated[Rate, Parameter(help="Share who leave theirs held until the hold lapses.")] = 0.0
    renew_rate: Annotated[Rate, Parameter(help="Share who ask for more time.")] = 0.05
    think_s: Annotated[float, Parameter(help="Pause before ordering.", validator=Number(gte=0, lte=600))] = 0.0
    pay: Annotated[
        Literal["sandbox", "on_site"], Parameter(help="On the sandbox's page, or at a till with the demo's token.")
    ] = "sandbox"
    connections: Annotated[
        int, Parameter(help="Connections they share.", validator=Number(gte=1, lte=CONNECTIONS_MAX))
    ] = 64
    seed: Annotated[int, Parameter(help="Each number is another crowd.")] = 0

    def crowd(self, till: str = "") -> Crowd:
        """Who comes; `till` is the token of whoever takes money on site. InputRefused for impossible parties."""
        return Crowd(
            party_weights=_weights(self.parties),
            abandon_rate=self.abandon_rate,
            walk_away_rate=self.walk_away_rate,
            renew_rate=self.renew_rate,
            thinks_s=self.think_s,
            pays_with=till if self.pay == "on_site" else "sandbox",
        )


def _weights(text: str) -> tuple[float, ...]:
    try:
        weights = tuple(float(part) for part in text.split(","))
    except ValueError:
        weights = ()
    if not 0 < len(weights) <= PARTY_MAX or not all(0 <= weight < 1e9 for weight in weights) or not any(weights):
        problem = (
            f"{text!r} does not say how often a party has 1, 2, 3 ... people, {PARTY_MAX} at most: try 10,50,20,20."
        )
        raise InputRefused(problem=problem, where="parties")
    return weights
