"""What HTML may go into a feed: the lists the sanitiser keeps to.

Elements are within those the W3C feed validator accepts (feedvalidator, validators.py, acceptable_elements).
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names(
    """address article aside blockquote caption center dd details div dl dt figcaption figure footer
    h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"""
)
INLINE = _names(
    """a abbr acronym audio b bdi big br cite code col colgroup del dfn em i img ins kbd mark picture q rp rt ruby
    s samp small source span strike strong sub sup time track tt u var video wbr"""
)
ELEMENTS = BLOCKS | INLINE
EMBEDS = _names("embed iframe object")
VOID = _names("br col embed hr img param source track wbr")
# What a parser reads as characters up to its end tag (HTML, section 13.1.2).
RAW_TEXT = _names("iframe noembed noframes script style textarea title xmp")
# Elements whose content no reader would have seen as text.
DROPPED_WITH_CONTENT = _names(
    """applet canvas datalist dialog head iframe math noembed noframes noscript object script select style svg
    template textarea title"""
)
ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang", "id"},
    "audio": {"src"},
    "blockquote": {"cite"},
    "code": {"class"},  # the language, for readers that highlight
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "longdesc", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"id", "value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "sup": {"id"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"height", "poster", "src", "width"},
}
LINK_SCHEMES = _names("http https ftp mailto tel sms xmpp magnet")
MEDIA_SCHEMES = _names("http https")
