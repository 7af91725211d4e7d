#include "base/numa.h"

#include <charconv>
#include <fstream>
#include <map>
#include <string>

namespace uacced {
namespace {

constexpr int kMaxCpu = 65'535;
constexpr int kMaxNode = 1023;

struct Topology {
  std::vector<int> nodes;
  std::map<int, std::vector<int>> cpus_of_node;
  std::vector<int> node_of_cpu;
};

std::string ReadLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

Topology ReadTopology() {
  const std::string root = "/sys/devices/system/node/";
  Topology topology;
  for (const int node : ParseCpuList(ReadLine(root + "online"))) {
    if (node > kMaxNode) break;
    const std::vector<int> cpus = ParseCpuList(
        ReadLine(root + "node" + std::to_string(node) + "/cpulist"));
    if (cpus.empty()) continue;  // Memory alone.
    topology.nodes.push_back(node);
    topology.cpus_of_node[node] = cpus;
    for (const int cpu : cpus) {
      const auto index = static_cast<size_t>(cpu);
      if (index >= topology.node_of_cpu.size()) {
        topology.node_of_cpu.resize(index + 1, 0);
      }
      topology.node_of_cpu[index] = node;
    }
  }
  if (topology.nodes.empty()) topology.nodes = {0};
  return topology;
}

const Topology& GetTopology() {
  static const Topology topology = ReadTopology();
  return topology;
}

// A number at the front of `text`, which it takes; -1 when there is none.
int TakeNumber(std::string_view& text) {
  int value = -1;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0 || value > kMaxCpu) return -1;
  text.remove_prefix(end - text.data());
  return value;
}

}  // namespace

std::vector<int> ParseCpuList(std::string_view text) {
  std::vector<int> list;
  while (!text.empty()) {
    const int first = TakeNumber(text);
    if (first < 0) return {};
    int last = first;
    if (!text.empty() && text.front() == '-') {
      text.remove_prefix(1);
      last = TakeNumber(text);
      if (last < first) return {};
    }
    for (int value = first; value <= last; ++value) list.push_back(value);
    if (text.empty()) break;
    if (text.front() != ',' || text.size() == 1) return {};
    text.remove_prefix(1);
  }
  return list;
}

const std::vector<int>& NumaNodes() { return GetTopology().nodes; }

std::vector<int> CpusOfNumaNode(int node) {
  const auto& all = GetTopology().cpus_of_node;
  const auto found = all.find(node);
  return found == all.end() ? std::vector<int>() : found->second;
}

int NumaNodeOfCpu(int cpu) {
  const std::vector<int>& nodes = GetTopology().node_of_cpu;
  if (cpu < 0 || static_cast<size_t>(cpu) >= nodes.size()) return 0;
  return nodes[static_cast<size_t>(cpu)];
}

}  // namespace uacced
