import { sessions } from '../../receiver';

export const dynamic = 'force-dynamic';

export function GET(request) {
  // Not `params`: an ID may have slashes in it.
  let id;
  try {
    id = decodeURIComponent(new URL(request.url).pathname.slice('/sessions/'.length));
  } catch {
    return Response.json({ error: 'the ID is not percent-encoded UTF-8' }, { status: 400 });
  }
  const session = sessions.find(id);
  if (!session) return Response.json({ error: 'no such session' }, { status: 404 });
  return Response.json(session);
}
