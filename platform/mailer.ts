/** A mail as it goes out; the same bytes for the same key, always. */
export interface OutgoingMail {
  /** Resend's Idempotency-Key and, over SMTP, the Message-ID. */
  key: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  tags: { template: string; order?: string };
}

/** Sends mail; resolves with the provider's id once it has taken the mail. */
export interface Mailer {
  send(mail: OutgoingMail): Promise<{ id: string }>;
}
