"""One colour an expression, the same in every chart, word and picture. Always with a word beside it."""

# Okabe and Ito's palette, told apart by colour-blind eyes.
COLOURS: dict[str, str] = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#999999",
}
# Of a face that was not read.
UNKNOWN = "#B8C0CC"
