"""The development accounts of every Substrate chain: anybody can take what lies on them.

Their keys follow from a phrase that is printed in every manual, so money sent to one on a real network is
gone within seconds. The table is data, so that nothing must be derived to recognise them.
"""

from taocli.domain.address import Address

DEV_ROOT = "the development phrase"
_TABLE = """
-                46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a 345071da55e5dccefaaa440339415ef9f2663338a38f7da0df21be5ab4e055ef
//Alice          d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d 88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee
//Alice//stash   be5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f 451781cd0c5504504f69ceec484cc66e4c22a2b6a9d20fb1a426d91ad074a2a8
//Bob            8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48 d17c2d7823ebf260fd138f2d7e27d114c0145d968b5ff5006125f2414fadae69
//Bob//stash     fe65717dad0447d715f660a0a58411de509b42e6efb8375f562f58a554d5860e 292684abbb28def63807c5f6e84e9e8689769eb37b1ab130d79dbfbf1b9a0d44
//Charlie        90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22 439660b36c6c03afafca027b910b4fecf99801834c62a5e6006f27d978de234f
//Charlie//stash 1e07379407fecc4b89eb7dbd287c2c781cfb1907a96947a3eb18e4f8e7198625 dd6a6118b6c11c9c9e5a4f34ed3d545e2c74190f90365c60c230fa82e9423bb9
//Dave           306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20 5e639b43e0052c47447dac87d6fd2b6ec50bdd4d0f614e4299c665249bbd09d9
//Dave//stash    e860f1b1c7227f7c22602f53f15af80747814dffd839719731ee3bba6edc126c 1d0432d75331ab299065bee79cdb1bdc2497c597a3087b4d955c67e3c000c1e2
//Eve            e659a7a1628cdd93febc04a4e0646ea20e9f5f0ce097d9a05290d4a9e054df4e 1dfe3e22cc0d45c70779c1095f7489a8ef3cf52d62fbd8c2fa38c9f1723502b5
//Eve//stash     8ac59e11963af19174d0b94d5d78041c233f55d2e19324665bafdfb62925af2d c833bdd2e1a7a18acc1c11f8596e2e697bb9b42d6b6051e474091a1d43a294d7
//Ferdie         1cbd2d43530a44705ad088af313e18f80b53ef16b36177cd4b77b846f2a5f07c 568cb4a574c6d178feb39c27dfc8b3f789e5f5423e19c71633c748b9acf086b5
//Ferdie//stash  101191192fc877c24d725b337120fa3edc63d227bbc92705db1e2cb65f56981a 199d749dbf4b8135cb1f3c8fd697a390fc0679881a8a110c1d06375b3b62cd09
"""
DEV_ACCOUNTS: dict[Address, str] = {
    Address(bytes.fromhex(key)): DEV_ROOT if name == "-" else name
    for name, *keys in map(str.split, _TABLE.strip().splitlines())
    for key in keys
}


def dev_name(address: Address) -> str | None:
    """``//Alice``, ``//Bob//stash`` and so on, of either key type; None for everybody else's account."""
    return DEV_ACCOUNTS.get(address)
