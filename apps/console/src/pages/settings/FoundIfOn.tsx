import type { ComponentProps } from "react";

import { ApiProblem } from "../../api/problem";
import { useText } from "../../i18n";
import { Found } from "../../ui/states";

/** As `Found`, for what a business can switch off: what is off is a 404, and says so. */
export function FoundIfOn<T>(props: ComponentProps<typeof Found<T>>) {
  const t = useText();
  const { error } = props.query;
  if (error instanceof ApiProblem && error.status === 404)
    return <p className="muted">{t("features.isOff")}</p>;
  return <Found {...props} />;
}
