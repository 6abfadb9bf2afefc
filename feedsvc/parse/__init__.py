"""Files to posts: front matter, dates, links and ids, read as their authors meant them.

``parse`` raises ContentError for a file that cannot be read, and notes a Problem for what it could mend.

================== ======= ==========================================================================
code               kind    meaning
================== ======= ==========================================================================
empty              error   nothing in the file; unfinished
open-fence         error   the front matter is never closed; unfinished
no-front-matter    both    a file in ``_posts`` that does not start with front matter: read as Jekyll does where
                           its name holds the date and nothing in it looks like front matter
front-matter       error   YAML, TOML or JSON that cannot be read, even line by line
encoding           error   not UTF-8; names the encoding it looks like
too-large          error   more bytes than ``content.max_bytes``
line-rescued       problem a value with unescaped quotes, backslashes or colons, read as it was meant
fence-late         problem blank lines before the front matter
title-missing      problem an empty title; made from the body's first words
date-missing       problem no date anywhere; the date first seen stands in
date-unreadable    problem a date that says nothing, there or in the file's name; the next best stands in
date-early         problem a date before 1970
date-zone          problem a zone's name that means several zones; read as RFC 822 does
updated-unreadable problem a date of change that says nothing; ignored
updated-early      problem changed before it was published; ignored
name-undated       problem no date in the name of a file in ``_posts``: Jekyll leaves it out
term-comma         problem a term that ends in a comma: its list was meant to be one
term-address       problem a category, tag or author whose name cannot be an address
term-long          problem a name of more than 200 characters: left out
too-many-terms     problem more than 100 categories, tags and authors: the rest is left out
permalink          problem a permalink with a placeholder that its generator does not know, or with a template; the
                           default is used
liquid             problem Liquid that cannot be rendered: left out, or the whole shown as written
link-missing       problem ``link`` or ``post_url`` names a post that is not there (found when posts are filed)
shortcode          problem a shortcode whose template only Hugo knows: left out, what it encloses stays
link               problem a link of Pelican's kind to a file whose address is not known: leads to the post's page
slug               problem a slug that Pelican makes with Unidecode, which is not installed
url                problem an address that cannot be a URI; the default is used
media-url          problem a picture or file whose address cannot be fetched from the web: left out
media-type         problem a file that nothing tells the type of, or a type that is none
media-length       problem a length of a file that is no number of bytes: not used
media-duration     problem a duration that cannot be read: not used
media-missing      problem a file of the site that is not in the content folder: its length is unknown
media-episode      problem a number, kind or explicitness that podcasts do not know: left out
media-podcast      problem an episode whose file Apple's directory does not take: without its tags in RSS
guid-relative      problem an id that is no absolute URI
guid-malformed     problem an id that starts with ``urn:`` or ``tag:`` and is none: not used
================== ======= ==========================================================================

Where ``rules.rescue`` is off, a post with ``name-undated`` or ``date-unreadable`` is left out, as Jekyll does.
"""

from feedsvc.parse.post import Seen, parse

__all__ = ["Seen", "parse"]
