"""People of the bundled data folder whose hair labels are wrong: a hat, a scarf, a shadow or skin labelled as hair.

Their labels come from a network (MediaPipe's hair segmenter). Those of split val were looked at one by one. Those of
split train are where our own segmentation, trained on all labels, agrees with them by less than 0.4 (intersection over
union). Those whose hair was drawn by hand since (`synthesis.corrected_hair`) are not among them. Segmentation is not
trained on the people named here; `fsgan evaluate-weights` gives its figures with them and without.
"""

from __future__ import annotations

_NAMES = """
cong_0003 cong_0049 cong_0197 cong_0370 faker_0017 faker_0100 faker_0113 faker_0119 faker_0166 t2i_0006 t2i_0039
t2i_0048 t2i_0051 t2i_0073 t2i_0081 t2i_0082 t2i_0083 t2i_0118 t2i_0119 t2i_0173 t2i_0177 t2i_0178 t2i_0192 t2i_0199
t2i_0241 t2i_0279 t2i_0282 t2i_0332 t2i_0334 t2i_0336 t2i_0338 t2i_0339 t2i_0389 t2i_0391 t2i_0442 t2i_0443 t2i_0462
t2i_0470 t2i_0503 t2i_0510 t2i_0521 t2i_0549 t2i_0590 t2i_0597 t2i_0598 t2i_0599 t2i_0606 t2i_0610 t2i_0612 t2i_0623
t2i_0625 t2i_0627 t2i_0628 t2i_0630 t2i_0632 t2i_0633 t2i_0636 t2i_0666 t2i_0672 t2i_0726 t2i_0733 t2i_0749 t2i_0759
t2i_0770 t2i_0772 t2i_0773 t2i_0774 t2i_0817 t2i_0818 t2i_0822 t2i_0823 t2i_0824 t2i_0831 t2i_0840 t2i_0859 t2i_0863
t2i_0867 t2i_0875 t2i_0880 t2i_0883 t2i_0887 t2i_0899 t2i_0902 t2i_0910 t2i_0916 t2i_0938 t2i_0947 t2i_0971 t2i_0972
t2i_0977 t2i_0981 t2i_0983 t2i_0989 t2i_1011 t2i_1012 t2i_1015 t2i_1040 t2i_1052 t2i_1059 t2i_1067 t2i_1068 t2i_1095
t2i_1118 t2i_1125 t2i_1139 t2i_1255 t2i_1261 t2i_1263 t2i_1269 t2i_1276 t2i_1290 t2i_1294 t2i_1306 t2i_1307 t2i_1329
t2i_1350 t2i_1356 t2i_1390 t2i_1414
"""

UNSURE_HAIR = frozenset(_NAMES.split())
"""Names of prepared clips (`ClipMeta.name`)."""
