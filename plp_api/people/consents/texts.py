"""What a holder of a student's rights reads and consents to, by language.

It names the records, the purpose and the class of parties, as 34 CFR 99.30 asks.
"""

from collections.abc import Mapping
from hashlib import sha256

from plp_api.foundation.roster.district_settings import DistrictSettings

BUILT_IN: Mapping[str, str] = {
    "en": (
        "I consent that the student shows work from the portfolio to people outside the school: "
        "chosen work, what the student says of it, results of reviews where the student adds them, "
        "and the name that the student picks.\n\n"
        "The student decides what is shown and to whom, by links that end on a day. The purpose is "
        "to present the student's learning to family, community, employers, colleges and "
        "scholarship programs. The school keeps a list of every link, to whom it was given and "
        "when it was opened; I may read it.\n\n"
        "Consent is voluntary. I may withdraw it at any time, and then every link stops working. "
        "What somebody has saved before cannot be taken back. From the day on which the student "
        "holds these rights, at 18 at the latest, only the student's own consent counts."
    ),
    "es": (
        "Doy mi consentimiento para que el alumno o la alumna muestre trabajos de su portafolio a "
        "personas ajenas a la escuela: los trabajos que elija, lo que diga de ellos, los "
        "resultados de evaluaciones que quiera añadir y el nombre que escoja.\n\n"
        "El alumno o la alumna decide qué se muestra y a quién, mediante enlaces que caducan en un "
        "día fijado. El fin es presentar su aprendizaje a la familia, la comunidad, empleadores, "
        "universidades y programas de becas. La escuela lleva una lista de cada enlace, de a quién "
        "se dio y de cuándo se abrió; puedo leerla.\n\n"
        "El consentimiento es voluntario. Puedo retirarlo en cualquier momento, y entonces ningún "
        "enlace funciona más. Lo que alguien haya guardado antes no puede recuperarse. Desde el "
        "día en que el alumno o la alumna tenga estos derechos, a más tardar a los 18 años, solo "
        "cuenta su propio consentimiento."
    ),
    "fr": (
        "Je consens à ce que l'élève montre des travaux de son portfolio à des personnes "
        "extérieures à l'école : les travaux choisis, ce que l'élève en dit, les résultats "
        "d'évaluations que l'élève souhaite y joindre, et le nom que l'élève choisit.\n\n"
        "L'élève décide de ce qui est montré et à qui, par des liens qui expirent à une date "
        "fixée. Le but est de présenter ses apprentissages à la famille, à la communauté, à des "
        "employeurs, à des universités et à des programmes de bourses. L'école tient une liste de "
        "chaque lien, de la personne à qui il a été donné et du moment où il a été ouvert ; je "
        "peux la lire.\n\n"
        "Le consentement est volontaire. Je peux le retirer à tout moment ; plus aucun lien ne "
        "fonctionne alors. Ce que quelqu'un a enregistré auparavant ne peut être repris. À partir "
        "du jour où l'élève détient ces droits, au plus tard à 18 ans, seul son propre "
        "consentement compte."
    ),
}


def of(settings: DistrictSettings) -> dict[str, str]:
    """The texts that the district uses, by language; its own stand before the built-in ones."""
    own = {tag: text for tag, text in settings.sharing_consent_texts.items() if text}
    return dict(sorted({**BUILT_IN, **own}.items()))


def digest(text: str) -> str:
    """The SHA-256 by which a giver names the text that they read."""
    return sha256(text.encode()).hexdigest()
