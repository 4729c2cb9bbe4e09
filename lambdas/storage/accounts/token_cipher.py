"""Tokens at rest: encrypted by a KMS key, bound to tenant and account.

A ciphertext copied into another row cannot be decrypted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

TOKEN, RENEWAL = "token", "renewal"


class TokenCipher:
    """Encrypts and decrypts tokens. The key's grants decide who may do which."""

    def __init__(self, client: KMSClient, key_arn: str) -> None:
        self._client = client
        self._key = key_arn

    def encrypted(self, record: TokenRecord, kind: str, token: str) -> bytes:
        """Return the ciphertext of a record's `token` or `renewal`."""
        answer = self._client.encrypt(
            KeyId=self._key, Plaintext=token.encode(), EncryptionContext=_context(record, kind)
        )
        return answer["CiphertextBlob"]

    def decrypted(self, record: TokenRecord, kind: str, ciphertext: bytes) -> str:
        """Return the plain token. Raises the SDK's error for another record's, or without grant."""
        answer = self._client.decrypt(
            KeyId=self._key, CiphertextBlob=ciphertext, EncryptionContext=_context(record, kind)
        )
        return answer["Plaintext"].decode()

    def encrypted_columns(self, record: TokenRecord, secrets: TokenSecrets) -> dict[str, bytes]:
        """Return the columns that hold a record's tokens."""
        columns = {TOKEN: self.encrypted(record, TOKEN, secrets.token)}
        if secrets.renewal:
            columns[RENEWAL] = self.encrypted(record, RENEWAL, secrets.renewal)
        return columns

    def secrets(self, record: TokenRecord, row: Row) -> TokenSecrets:
        """Return the tokens in a record's row."""
        token = self.decrypted(record, TOKEN, bytes(row[TOKEN]))
        if RENEWAL not in row:
            return TokenSecrets(token)
        return TokenSecrets(token, self.decrypted(record, RENEWAL, bytes(row[RENEWAL])))


def _context(record: TokenRecord, kind: str) -> dict[str, str]:
    return {"tenant": record.tenant, "account": record.account_id, "kind": kind}
