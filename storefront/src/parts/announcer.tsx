import { create } from 'zustand';

const useAnnouncement = create<{ text: string }>(() => ({ text: '' }));

/** Says something to those who do not see it happen. */
export function announce(text: string): void {
  useAnnouncement.setState({ text });
}

/** Where a screen reader listens for what happened elsewhere on the page. */
export function Announcer() {
  const text = useAnnouncement((announcement) => announcement.text);
  return (
    <p className="unseen" role="status">
      {text}
    </p>
  );
}
