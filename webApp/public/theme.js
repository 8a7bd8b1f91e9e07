// Sets the stored theme before the page is painted; src/stores/useChatStore.ts owns the value.
try {
  const { theme } = JSON.parse(localStorage.getItem('chat-registry') ?? '{}').state ?? {};
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed or holds something else: the system's theme stays.
}
