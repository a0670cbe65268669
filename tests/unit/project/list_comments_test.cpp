#include "project/list_comments.h"

#include <gtest/gtest.h>

namespace towline::project {
namespace {

using Texts = std::vector<std::string>;

TEST(ListComments, BelongToTheEntrySqlglotGivesThemTo) {
    EXPECT_EQ(list_comments("(id, -- the key\n (id, word) /* both */)", 2), (Texts{" /* the key */", " /* both */"}));
    EXPECT_EQ(list_comments("[\n -- first\n id,\n -- second\n word AS w]", 2),
              (Texts{" /* first */", " /* second */"}));
    EXPECT_EQ(list_comments("(id -- last\n, word /*z*/)", 2), (Texts{" /* last */", " /* z */"}));
    EXPECT_EQ(list_comments("(-- lost\n id /* a */ /* b */)", 1), (Texts{" /* a */ /* b */"}));
    EXPECT_EQ(list_comments("(f(id) /* c */, /* b */ word)", 2), (Texts{" /* c */ /* b */", ""}));
    EXPECT_EQ(list_comments("('/* no */', id)", 2), (Texts{"", ""}));
    EXPECT_EQ(list_comments("(id, word,)", 2), (Texts{"", ""}));
    EXPECT_EQ(list_comments("id /* x */", 1), (Texts{""}));
    EXPECT_EQ(list_comments("((id /* x */, word))", 2), (Texts{"", ""}));
}

}  // namespace
}  // namespace towline::project
