import { useQuery } from "@tanstack/react-query";

import { api, got } from "../../api/client";
import { whole } from "../../api/queries";

/** All resources, retired ones included. */
export function useResources() {
  return useQuery({
    queryKey: ["resources"],
    queryFn: () =>
      whole((after) =>
        got(
          api.GET("/api/v1/resources", {
            params: { query: { all: true, limit: 200, ...(after && { after }) } },
          }),
        ),
      ),
  });
}
