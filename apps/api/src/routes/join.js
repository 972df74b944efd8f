// The invitation is the fragment of the address, which browsers send to no server. It waits in this tab while its
// person signs in, and then goes along as the body of one request.
'use strict';

const KEPT = 'ratiba-invitation';

function show(id) {
  for (const section of document.querySelectorAll('section')) {
    section.hidden = section.id !== id;
  }
}

function brought() {
  const fragment = location.hash.slice(1);
  if (fragment !== '') {
    sessionStorage.setItem(KEPT, fragment);
    // Nothing of it stays in the history.
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(KEPT);
}

async function accept(token) {
  let answer;
  try {
    answer = await fetch('/api/v1/me/memberships', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  } catch {
    show('failed');
    return;
  }
  if (answer.status === 401) {
    location.assign('/auth/login?return_to=/auth/join');
    return;
  }
  const shown = { 200: 'joined', 400: 'invalid', 404: 'invalid', 409: 'already' }[answer.status] ?? 'failed';
  if (shown !== 'failed') {
    sessionStorage.removeItem(KEPT);
  }
  show(shown);
}

const token = brought();
if (token === null) {
  show('invalid');
} else {
  document.getElementById('accept').addEventListener('click', () => accept(token));
  show('ask');
}
