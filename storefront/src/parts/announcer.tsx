import { create } from 'zustand';

const useAnnouncement = create<{ text: string }>(() => ({ text: '' }));

/** Announces something to screen readers. */
export function announce(text: string): void {
  useAnnouncement.setState({ text });
}

/** The live region from which screen readers read announcements. */
export function Announcer() {
  const text = useAnnouncement((announcement) => announcement.text);
  return (
    <p className="unseen" role="status">
      {text}
    </p>
  );
}
