/** An error in Resend's form: `{ statusCode, name, message }` (https://resend.com/docs/api-reference/errors). */
export class ResendError extends Error {
  constructor(
    readonly statusCode: number,
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}
