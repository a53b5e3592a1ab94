"""People of the bundled data folder whose hair labels are wrong: a hat, a scarf, a shadow or skin labelled as hair.

Their labels come from a network (MediaPipe's hair segmenter). Everybody's were looked at, on the portraits. Those whose
hair was drawn by hand since, or parted from what is none (`synthesis.corrected_hair`), are not among them. Segmentation
is not trained on the people named here; `fsgan evaluate-weights` gives its figures with them and without.
"""

from __future__ import annotations

_NAMES = """
cong_0049 cong_0151 cong_0197 faker_0113 faker_0119 t2i_0039 t2i_0048 t2i_0051 t2i_0080 t2i_0081 t2i_0082 t2i_0083
t2i_0092 t2i_0111 t2i_0118 t2i_0119 t2i_0124 t2i_0126 t2i_0173 t2i_0241 t2i_0279 t2i_0282 t2i_0331 t2i_0332 t2i_0334
t2i_0336 t2i_0338 t2i_0389 t2i_0443 t2i_0462 t2i_0470 t2i_0508 t2i_0521 t2i_0532 t2i_0547 t2i_0549 t2i_0551 t2i_0575
t2i_0590 t2i_0597 t2i_0600 t2i_0606 t2i_0610 t2i_0614 t2i_0634 t2i_0651 t2i_0672 t2i_0726 t2i_0731 t2i_0733 t2i_0747
t2i_0749 t2i_0759 t2i_0767 t2i_0770 t2i_0772 t2i_0773 t2i_0774 t2i_0797 t2i_0809 t2i_0816 t2i_0817 t2i_0818 t2i_0823
t2i_0824 t2i_0831 t2i_0836 t2i_0840 t2i_0859 t2i_0863 t2i_0867 t2i_0875 t2i_0880 t2i_0883 t2i_0899 t2i_0902 t2i_0910
t2i_0916 t2i_0938 t2i_0942 t2i_0947 t2i_0948 t2i_0971 t2i_0977 t2i_0981 t2i_0983 t2i_0989 t2i_1011 t2i_1012 t2i_1015
t2i_1022 t2i_1040 t2i_1049 t2i_1052 t2i_1059 t2i_1067 t2i_1068 t2i_1070 t2i_1080 t2i_1255 t2i_1307 t2i_1329 t2i_1333
t2i_1343 t2i_1350 t2i_1356 t2i_1367 t2i_1375 t2i_1390 t2i_1407 t2i_1411 t2i_1414 t2i_1419
"""

UNSURE_HAIR = frozenset(_NAMES.split())
"""Names of prepared clips (`ClipMeta.name`)."""
