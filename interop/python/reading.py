"""Whose text counts where the DomainAuth draft and this project's decisions part.

By default the decisions do. `conformance.py --draft` reads draft-narea-domainauth-00 literally instead, with the RFCs that it builds on: what it
does not forbid is then let pass. That is of use for vectors of DomainAuth alone, and shows which of their answers are the draft's.
"""

by_draft = False
