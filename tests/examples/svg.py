"""Reads the pictures that the command draws."""

import xml.etree.ElementTree

SPACE = "{http://www.w3.org/2000/svg}"


class Svg:
    """Raises ParseError when the file is not well-formed."""

    def __init__(self, path):
        self.root = xml.etree.ElementTree.parse(path).getroot()
        assert self.root.tag == SPACE + "svg" and self.root.get("role") == "img"
        self.title = self.root.find(SPACE + "title").text
        self.description = self.root.find(SPACE + "desc").text
        self.text = [element.text for element in self.root.iter(SPACE + "text")]
        self.text = "\n".join(text for text in self.text if text)
        self.lines = [line.get("points").split() for line in self.root.iter(SPACE + "polyline")]
