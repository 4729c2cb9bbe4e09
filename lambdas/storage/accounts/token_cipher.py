"""Tokens at rest: encrypted by a key of our own, bound to tenant and account, so that a row's token is of no use in another row."""

from __future__ import annotations

from lambdas.kit import aws
from lambdas.storage.accounts.token_record import TokenRecord


class TokenCipher:
    """Encrypts and decrypts tokens. Whoever may do which is a matter of the key's grants."""

    def __init__(self, key_arn: str) -> None:
        self._key = key_arn

    def encrypted(self, record: TokenRecord, kind: str, token: str) -> bytes:
        """The ciphertext of a record's `token` or `renewal`."""
        answer = aws.kms().encrypt(
            KeyId=self._key, Plaintext=token.encode(), EncryptionContext=_context(record, kind)
        )
        return answer["CiphertextBlob"]

    def decrypted(self, record: TokenRecord, kind: str, ciphertext: bytes) -> str:
        """The token again. Raises the SDK's error if it is another record's, or if there is no grant."""
        answer = aws.kms().decrypt(
            KeyId=self._key, CiphertextBlob=ciphertext, EncryptionContext=_context(record, kind)
        )
        return answer["Plaintext"].decode()


def _context(record: TokenRecord, kind: str) -> dict[str, str]:
    return {"tenant": record.tenant, "account": record.account_id, "kind": kind}
