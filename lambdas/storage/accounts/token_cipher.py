"""Tokens at rest: encrypted by a KMS key, bound to tenant and account, or to a login.

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
        return self._encrypt(token, _context(record, kind))

    def decrypted(self, record: TokenRecord, kind: str, ciphertext: bytes) -> str:
        """Return the plain token. Raises the SDK's error for another record's, or without grant."""
        return self._decrypt(ciphertext, _context(record, kind))

    def encrypted_for_login(self, tenant: str, login_id: str, token: str) -> bytes:
        """Return the ciphertext of a person's token, for one login that is not finished."""
        return self._encrypt(token, _login_context(tenant, login_id))

    def decrypted_for_login(self, tenant: str, login_id: str, ciphertext: bytes) -> str:
        """Return the plain token of a login. Raises the SDK's error for another login's."""
        return self._decrypt(ciphertext, _login_context(tenant, login_id))

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

    def _encrypt(self, token: str, context: dict[str, str]) -> bytes:
        answer = self._client.encrypt(
            KeyId=self._key, Plaintext=token.encode(), EncryptionContext=context
        )
        return answer["CiphertextBlob"]

    def _decrypt(self, ciphertext: bytes, context: dict[str, str]) -> str:
        answer = self._client.decrypt(
            KeyId=self._key, CiphertextBlob=ciphertext, EncryptionContext=context
        )
        return answer["Plaintext"].decode()


def _context(record: TokenRecord, kind: str) -> dict[str, str]:
    return {"tenant": record.tenant, "account": record.account_id, "kind": kind}


def _login_context(tenant: str, login_id: str) -> dict[str, str]:
    return {"tenant": tenant, "login": login_id, "kind": "login"}
