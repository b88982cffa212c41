// The known word that a mistyped one most likely stands for.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "forage/config.h"

namespace forage {

namespace {

constexpr std::size_t kMaxWord = 64;

/// Lower case, and '-' for '_': differences that are no different word.
std::string folded(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return out;
}

/// Optimal string alignment distance: insertions, deletions, substitutions, swapped neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.empty() || word.size() > kMaxWord) return {};
  const std::string folded_word = folded(word);
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    if (candidate.empty() || candidate.size() > kMaxWord) continue;
    const std::size_t steps = distance(folded_word, folded(candidate));
    // Every letter changed is another word, however short it is.
    if (steps < best_distance && steps < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = steps;
    }
  }
  return best;
}

}  // namespace forage
