#include "tsctl/report/json/schema.h"

#include "tsctl/core/report.h"
#include "tsctl/report/json/schema_writer.h"

namespace tsctl {

std::string report_schema() {
  json::Json definitions = json::Json::object();
  json::SchemaWriter writer(definitions);
  Report report;
  visit_fields(writer, report);
  json::Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"title", kReportSchema},
                       {"description", "What tsctl writes with --json"}};
  schema.update(writer.schema());
  schema["$defs"] = definitions;
  return schema.dump(2) + "\n";
}

}  // namespace tsctl
