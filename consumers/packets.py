"""How an evidence packet may be asked for, on every edge."""

from enum import StrEnum


class Processor(StrEnum):
    """Whose field names and limits the answer has."""

    STRIPE = "stripe"
    SQUARE = "square"
    BRAINTREE = "braintree"
    PAYPAL = "paypal"
    ADYEN = "adyen"
    CHECKOUT = "checkout"
    SHOPIFY = "shopify"


class Paper(StrEnum):
    """The size of pages; auto goes by the clinic's currency."""

    AUTO = "auto"
    A4 = "a4"
    LETTER = "letter"


class Standard(StrEnum):
    """The PDF standard."""

    A_2B = "a-2b"
    A_3B = "a-3b"
    A_4 = "a-4"
    PDF_1_7 = "1.7"
