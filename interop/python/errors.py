"""What can come of input that does not verify, and the limits that this verifier sets itself."""


class Refused(Exception):
    """The input was rejected. `stage` is the failed step, or None if it depends on the order of work."""

    result = "invalid"

    def __init__(self, stage, message):
        super().__init__(message)
        self.stage = stage


class Malformed(Refused):
    """The octets are not what they should be."""

    result = "malformed"

    def __init__(self, message, stage="parse"):
        super().__init__(stage, message)


class Budget:
    """Counts signature checks, so that hostile input cannot buy much work (KeyTrap, CVE-2023-50387)."""

    CHECKS = 64
    FAILURES = 4
    ED448 = 8

    def __init__(self):
        self.checks = self.failures = self.ed448 = 0

    def check(self, verify, is_ed448=False):
        """Runs `verify`, which raises or returns false for a bad signature, and returns whether it is good."""
        self.checks += 1
        self.ed448 += is_ed448
        if self.checks > self.CHECKS or self.ed448 > self.ED448:
            raise Refused(None, "too many signatures to check")
        good = verify()
        if not good:
            self.failures += 2 if is_ed448 else 1
        if self.failures > self.FAILURES:
            raise Refused(None, "too many invalid signatures")
        return good
