// What came of a sentence, in lines: of each preview what was decided, else what was answered.
import { t } from "../texts.js";

export const became = ({ previews, outcome }) => (previews.length ? previews.map((each) => `${each.verb} ${each.app ?? ""}: ${t(each.outcome?.status ?? `preview-${each.status}`)}`) : [outcome?.summary, outcome?.question, outcome?.text].flat().filter(Boolean).map((text) => t(text)));
