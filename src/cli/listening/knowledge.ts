import type { History } from "../../history/store.ts";
import type { EarlierDelivery } from "../../listen/duplicates.ts";
import { isLocal } from "../../delivery/target.ts";
import type { Delivery } from "../../model/delivery.ts";
import { likelyApps } from "../nearby/likely-apps.ts";
import { listeningPorts, type ListeningPort } from "../nearby/listening-ports.ts";
import { pathOf, type Known } from "../views/advice.ts";

/** What a session learns from its deliveries and the machine, for advice on the next one. */
export interface Knowledge {
  /** Learns from a settled delivery, and tells what is known that bears on it. A promise only where it has to look. */
  about(delivery: Delivery, duplicateOf: EarlierDelivery | null): Known | Promise<Known>;
}

export interface KnowledgeTools {
  history: Pick<History, "find">;
  /** What listens on this machine; for tests. */
  ports?: () => Promise<ListeningPort[]>;
  /** Milliseconds that only go forward. */
  clock?: () => number;
}

const mostPaths = 3;
/** So many of the newest on record are looked through for a path that worked before this session. */
const recordsSearched = 50;
const linesOfAnswers = 3;
/** A burst of refused deliveries looks once, in milliseconds. */
const lookAgainMs = 3000;

export function createKnowledge({
  history,
  ports = listeningPorts,
  clock = () => performance.now(),
}: KnowledgeTools): Knowledge {
  /** The latest last. */
  const paths = new Set<string>();
  let lastUrl = "";
  let seen: { at: number; nearby: Promise<ListeningPort[]> } | null = null;
  let isSearched = false;

  const learn = ({ outcome, attempts, source }: Delivery): void => {
    const url = attempts.at(-1)?.url;
    if (outcome !== "delivered" || url === undefined || source === "send" || url === lastUrl) return;
    lastUrl = url;
    const path = pathOf(url);
    if (paths.has(path)) paths.delete(path);
    paths.add(path);
    if (paths.size > 2 * mostPaths) paths.delete(paths.values().next().value!);
  };
  const worked = (): string[] => {
    if (paths.size === 0 && !isSearched) for (const earlier of history.find({ limit: recordsSearched })) learn(earlier);
    isSearched = true;
    return [...paths].slice(-mostPaths).toReversed();
  };
  const nearby = async (url: string): Promise<ListeningPort[]> => {
    if (seen === null || clock() - seen.at > lookAgainMs) seen = { at: clock(), nearby: ports() };
    return likelyApps(await seen.nearby, new Set([Number(new URL(url).port)]));
  };

  return {
    about(delivery, duplicateOf) {
      learn(delivery);
      const known: Known = { duplicateOf, answerLines: linesOfAnswers };
      const attempt = delivery.attempts.at(-1);
      if (attempt?.failure === "refused" && isLocal(attempt.url)) {
        return nearby(attempt.url).then((others) => ({ ...known, nearby: others }));
      }
      const status = attempt?.response?.status;
      return status === 404 || status === 405 ? { ...known, worked: worked() } : known;
    },
  };
}
