"""Three palettes. Colour carries meaning here: green earns, yellow warns, red is lost, grey is old."""

from textual.theme import Theme

DARK = Theme(
    name="tao-dark", dark=True, background="#0e1217", surface="#0e1217", panel="#1a212b",
    foreground="#d5dde6", primary="#5cc8bd", secondary="#8aa0b8", accent="#5cc8bd",
    success="#7ed491", warning="#efc458", error="#ff7b72",
    variables={"muted": "#93a0af", "edge": "#33404f", "old": "#788595", "strong": "#ffffff"},
)  # fmt: skip
LIGHT = Theme(
    name="tao-light", dark=False, background="#fbfbf8", surface="#fbfbf8", panel="#eceee9",
    foreground="#1f2933", primary="#00695f", secondary="#45566a", accent="#00695f",
    success="#1b6e2c", warning="#8a5a00", error="#b3261e",
    variables={"muted": "#566373", "edge": "#b9c2cb", "old": "#67727e", "strong": "#000000"},
)  # fmt: skip
CONTRAST = Theme(
    name="tao-contrast", dark=True, background="#000000", surface="#000000", panel="#000000",
    foreground="#ffffff", primary="#00ffff", secondary="#ffffff", accent="#00ffff",
    success="#00ff66", warning="#ffff00", error="#ff8080",
    variables={"muted": "#d0d0d0", "edge": "#a0a0a0", "old": "#b0b0b0", "strong": "#ffffff"},
)  # fmt: skip
THEMES = (DARK, LIGHT, CONTRAST)
