/** What guests type of their order, as the database has it: “#1001” is number 1001, and addresses are in lower case. */
export const fromGuest = ({ number, email }: { number: string; email: string }) => ({
  number: number.trim().replace(/^#\s*/, ''),
  email: email.trim().toLowerCase(),
});
