//! What the control unit keeps: imprints, cost centres, cards, clichés, and the reports of them.
