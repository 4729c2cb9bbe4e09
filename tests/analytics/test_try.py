from tests.analytics.conftest import *
from lambdas.analytics.records import Unit
def test_try(fake_aws):
    n = Numbers(fake_aws, posts=300, days=400)
    for unit in Unit:
        before = n.dependencies.transport.calls
        print(unit, n.dependencies.collection.collect(ACCOUNT, unit), n.dependencies.transport.calls-before)
    posts = n.posts()
    print(len(posts), posts[-1], posts[0])
    from collections import Counter
    print(Counter(tuple(sorted(set(p.missing.values()))) for p in posts))
    print(Counter(len(p.numbers) for p in posts))
    for l in n.log.lines[-5:]: print(l)
    calls=[]
    for h in range(30):
        calls.append(n.run_hour())
    print(calls, sum(calls[:24]))
    d = n.dependencies.reader.days(ACCOUNT, NOW-timedelta(days=100), NOW+timedelta(days=9))
    print(len(d), d[0], d[-2], d[-1])
    for w in n.dependencies.reader.windows(ACCOUNT, NOW-timedelta(days=100), NOW+timedelta(days=9)): print(w)
    print(n.dependencies.reader.latest_audience(ACCOUNT))
    print(n.dependencies.reader.online(ACCOUNT,2))
    print(n.dependencies.reader.state(ACCOUNT))
