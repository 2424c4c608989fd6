import { counter, gauge, histogram, info, namesOf, summary } from "./alias.ts";

/** What client libraries and web servers add to any page; it tells nothing of who wrote it. */
export const anyonesNames = namesOf("unknown", "", [
  gauge("process_resident_memory_bytes", "process_resident_memory_bytes"),
  gauge("process_virtual_memory_bytes", "process_virtual_memory_bytes"),
  gauge("process_open_fds", "process_open_fds"),
  gauge("process_max_fds", "process_max_fds"),
  gauge("process_start_time_seconds", "process_start_time_seconds"),
  counter("process_cpu_seconds_total", "process_cpu_seconds_total"),
  info("python_info", "python_info"),
  counter("http_requests_total", "http_requests_total"),
  histogram("http_request_duration_seconds", "http_request_duration_seconds"),
  histogram("http_request_duration_highr_seconds", "http_request_duration_highr_seconds"),
  summary("http_request_size_bytes", "http_request_size_bytes"),
  summary("http_response_size_bytes", "http_response_size_bytes"),
]);
